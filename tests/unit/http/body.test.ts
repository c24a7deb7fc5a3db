import { expect, test } from "vitest";
import { MAX_BODY_BYTES, withCappedBody } from "#http/body.ts";

function post(body: BodyInit, headers: Record<string, string> = {}): Request {
  return new Request("https://shop.example/", {
    method: "POST",
    body,
    headers,
    ...(body instanceof ReadableStream && { duplex: "half" }),
  });
}

function chunked(bytes: number): ReadableStream {
  return new Blob([new Uint8Array(bytes)]).stream();
}

test("a body up to the cap arrives whole", async () => {
  const request = await withCappedBody(post("x".repeat(MAX_BODY_BYTES)));
  expect((await request?.text())?.length).toBe(MAX_BODY_BYTES);
});

test("a longer body is refused, whether or not it says how long it is", async () => {
  expect(await withCappedBody(post("x".repeat(MAX_BODY_BYTES + 1)))).toBeNull();
  expect(await withCappedBody(post(chunked(MAX_BODY_BYTES + 1)))).toBeNull();
});

test("of a body that does not end, only so much is read", async () => {
  let sentBytes = 0;
  const endless = new ReadableStream({
    pull(controller) {
      sentBytes += 64 * 1024;
      controller.enqueue(new Uint8Array(64 * 1024));
    },
  });
  expect(await withCappedBody(post(endless))).toBeNull();
  expect(sentBytes).toBeLessThan(20 * MAX_BODY_BYTES);
});
