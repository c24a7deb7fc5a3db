import { expect, test } from "vitest";
import { callsTo, say, serveVendor } from "./vendor.ts";

test.each(Object.keys(callsTo("http://127.0.0.1:9")))(
  "S40: a redirect in answer to %s is not followed",
  async (name) => {
    // Where the redirects lead, as 169.254.169.254 would be inside a cloud.
    const inside = await serveVendor(say({}));
    const location = `${inside.url}/latest/meta-data`;
    const vendor = await serveVendor(say({}, 307, { location }));
    await callsTo(vendor.url)
      [name]?.()
      .catch(() => undefined);
    expect(vendor.asked, "the vendor was asked").not.toEqual([]);
    expect(inside.asked).toEqual([]);
  },
);
