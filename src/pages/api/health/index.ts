export { ALL, GET, HEAD } from "./ready.ts";
