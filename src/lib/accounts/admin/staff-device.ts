import type { Device } from "../device-words.ts";

/** What a person reads in place of a device when staff did something to their account. */
export const STAFF_DEVICE: Device = { name: "The shop's staff", place: null };
