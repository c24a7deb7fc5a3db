import type Stripe from "stripe";
import { invalidParameter, missingResource } from "./api-error.ts";

/** The parameters every list has. */
export interface ListParams extends Stripe.PaginationParams {
  created?: Stripe.RangeQueryParam | number;
}

interface Listed {
  id: string;
  created?: number;
}

const DEFAULT_LIMIT = 10;
const HIGHEST_LIMIT = 100;

/** One page of the things, newest first; `all` is in the order of creation. */
export function listPage<T extends Listed>(
  url: string,
  all: Iterable<T>,
  params: ListParams,
): Stripe.ApiList<T> {
  const limit = params.limit ?? DEFAULT_LIMIT;
  if (limit > HIGHEST_LIMIT)
    throw invalidParameter("limit", "This value must be less than or equal to 100.");
  const things = [...all].reverse().filter((thing) => isWithin(thing.created ?? 0, params.created));
  const { starting_after: after, ending_before: before } = params;
  if (before !== undefined) {
    const rest = things.slice(0, position(things, before, "ending_before"));
    const data = rest.slice(-limit);
    return { object: "list", data, has_more: data.length < rest.length, url };
  }
  const rest =
    after === undefined ? things : things.slice(position(things, after, "starting_after") + 1);
  const data = rest.slice(0, limit);
  return { object: "list", data, has_more: data.length < rest.length, url };
}

/** Whether a time is in the range that a list's parameter gives. */
function isWithin(time: number, range: ListParams["created"]): boolean {
  if (range === undefined) return true;
  if (typeof range === "number") return time === range;
  return (
    (range.gt === undefined || time > range.gt) &&
    (range.gte === undefined || time >= range.gte) &&
    (range.lt === undefined || time < range.lt) &&
    (range.lte === undefined || time <= range.lte)
  );
}

function position(things: Listed[], id: string, param: string): number {
  const index = things.findIndex((thing) => thing.id === id);
  if (index === -1) throw missingResource("object", id, param);
  return index;
}
