import type { APIRoute } from "astro";

/** The least an endpoint can do. */
export const GET: APIRoute = () => Response.json({ status: "ok" });
