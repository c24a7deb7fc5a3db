import type { APIRequestContext, APIResponse } from "@playwright/test";
import fc from "fast-check";
import { ACTIONS } from "../support/access-table.ts";
import { INTERNAL } from "../support/e2e-internals.ts";
import {
  buyCourse,
  COURSE,
  makePerson,
  newAddress,
  newClientAddress,
  shopServices,
  type Person,
} from "../support/e2e-shop.ts";
import { expect, test } from "../support/e2e.ts";

const NOBODY = "00000000-0000-4000-8000-000000000000";
const JSON_TYPE = { "Content-Type": "application/json" };
const FORM_TYPE = { "Content-Type": "application/x-www-form-urlencoded" };

/** Forms that anybody may send, and the page of each. */
const FORMS = {
  signUp: "/sign-up",
  confirmSignUp: "/sign-up/confirm",
  signIn: "/sign-in",
  contact: "/contact",
  startCheckout: `/checkout/${COURSE}`,
  addToCart: `/courses/${COURSE}`,
  removeFromCart: "/cart",
  completeLesson: `/courses/${COURSE}/sessions`,
};

type Form = Record<string, string>;

interface Value {
  what: string;
  /** As it is written in a form. */
  value: string;
  /** Whether a right one comes behind it. */
  isThenRight?: boolean;
  /** The fields to which this is text; all others refuse it. */
  takenBy: string[];
}

// What is no UTF-8 is read as the sign for that, which is text like any other.
const TEXTS = ["name", "message", "password"];
const VALUES: Value[] = [
  { what: "NUL", value: "a good many%00 words", takenBy: ["password"] },
  { what: "half a character", value: "a good many%ED%A0%80 words", takenBy: TEXTS },
  { what: "bytes that are no UTF-8", value: "a good many%FF%FE words", takenBy: TEXTS },
  { what: "line breaks", value: "a%0D%0ABcc:%20x@y.example", takenBy: ["message", "password"] },
  { what: "a repeated field", value: "a good many words", isThenRight: true, takenBy: TEXTS },
];

for (const [name, page] of Object.entries(FORMS))
  test(`S43: ${name} names the field that it can't mean, and takes what is text`, async ({
    visitor,
  }) => {
    const person = await makePerson();
    for (const field of Object.keys(rightForm(name)))
      for (const value of VALUES) {
        const what = `${field}: ${value.what}`;
        const isTaken = value.takenBy.includes(field);
        const send = (path: string) =>
          post(visitor, path, formWith(value, field, rightForm(name)), person);
        const [shown, told] = [
          await send(`${page}?_action=${name}`),
          await send(`/_actions/${name}`),
        ];
        for (const response of [shown, told]) {
          expect.soft(response.status(), what).toBeLessThan(500);
          expect.soft(response.status() !== 400, `${what}, taken`).toBe(isTaken);
          expect.soft(await response.text(), what).not.toMatch(INTERNAL);
        }
        if (isTaken) continue;
        const { fields } = (await told.json()) as { fields?: object };
        expect.soft(Object.keys(fields ?? {}), what).toEqual([field]);
      }
  });

test("S43: no action breaks on a form with its fields and anything in them", async ({
  visitor,
}) => {
  test.setTimeout(120_000);
  const value = fc.oneof(
    fc.string({ unit: "binary", maxLength: 40 }),
    fc.constantFrom("", "on", "yes", NOBODY, COURSE, "a@b.example", "\0", "__proto__", "'--"),
  );
  for (const [name, { path, form = {} }] of Object.entries(ACTIONS)) {
    const person = await makePerson("Fay Fuzz", "admin");
    const fields = Object.keys(form).length > 0 ? Object.keys(form) : ["next"];
    const some = fc.array(fc.tuple(fc.constantFrom(...fields, "role"), value), { maxLength: 8 });
    for (const given of fc.sample(some, 6)) {
      const data = new URLSearchParams(given.map(([key, text]) => [key, text.toWellFormed()]));
      const response = await post(visitor, path, data.toString(), person);
      const what = `${name} with ${data.toString()}`;
      expect.soft(response.status(), what).toBeLessThan(500);
      expect.soft(await response.text(), what).not.toMatch(INTERNAL);
      if (data.has("role")) expect.soft(response.status(), what).toBe(400);
    }
  }
});

test("S43: a field that a form does not have is named, and the rest is kept", async ({
  visitor,
}) => {
  const form = { name: "Kim", email: "kim@b.example", message: "Hello there.", price: "1" };
  const refused = await visitor.post("/contact?_action=contact", { form });
  expect(refused.status()).toBe(400);
  expect(refused.statusText(), "names none of our libraries").toBe("Bad Request");
  const html = await refused.text();
  expect(html).toContain("This form has no field price. Please load the page again.");
  expect(html).toContain("Hello there.");
});

test("S44: no number but a right one gets anywhere, and none is a price", async ({ visitor }) => {
  const owner = await makePerson();
  const orderId = await buyCourse(owner);
  const admin = await makePerson("Ada Admin", "admin");
  const numbers = [
    "NaN",
    "1e309",
    "-1",
    "9007199254740992",
    "0x10",
    "１",
    "1e2",
    "0",
    "1.005",
    "+1",
  ];
  for (const amount of numbers) {
    const wish = { orderId, whole: "on", amount, reason: "A number that is none" };
    const form = new URLSearchParams(wish);
    const response = await post(visitor, "/_actions/refundOrder", form.toString(), admin);
    expect.soft(response.status(), amount).toBe(400);
    const withPrice = `courseIds=${NOBODY}&terms=on&waiver=on&price=${encodeURIComponent(amount)}`;
    const priced = await post(visitor, "/_actions/startCheckout", withPrice, owner);
    expect.soft(priced.status(), `a price of ${amount}`).toBe(400);
    const vitals = { route: "/", metrics: { LCP: amount } };
    expect.soft((await visitor.post("/api/vitals", { data: vitals })).status(), amount).toBe(400);
  }
  const sent = Buffer.from('{"route":"/","metrics":{"LCP":1e309}}');
  expect((await visitor.post("/api/vitals", { headers: JSON_TYPE, data: sent })).status()).toBe(
    400,
  );
  const [row] = await shopServices().database.read<{ refunds: string }[]>`
    SELECT count(*) AS refunds
    FROM refunds
    WHERE order_id = ${orderId}::uuid`;
  expect(Number(row?.refunds)).toBe(0);
});

test("S45: what is sent is decoded once, and of what comes twice the first counts", async ({
  visitor,
}) => {
  for (const path of ["/%2563ourses", "/%2561ccount", "/courses/%252e%252e", "/api/%2568ealth"])
    expect.soft((await visitor.get(path)).status(), path).toBe(400);
  expect((await visitor.get("/%63ourses")).status()).toBe(200);
  const search = await (await visitor.get("/courses?q=%2541&q=second")).text();
  expect(search).toContain('value="%41"');
  const person = await makePerson();
  const twice = "name=First&name=Second&email=nobody&message=Hello&email=kim@b.example";
  const refused = await post(visitor, "/contact?_action=contact&name=Query", twice, person);
  expect(refused.status(), "the first address is none").toBe(400);
  // An address never fills a form.
  const inAddress = "/contact?_action=contact&name=Kim&email=kim@b.example&message=Hello";
  const empty = await (await post(visitor, inAddress, "", person)).text();
  for (const id of ["name-error", "email-error", "message-error"])
    expect.soft(empty).toContain(`id="${id}"`);
});

function post(
  visitor: APIRequestContext,
  path: string,
  data: string,
  person: Person,
): Promise<APIResponse> {
  const who = {
    "CF-Connecting-IP": newClientAddress(),
    Cookie: `__Host-session=${person.session}`,
  };
  return visitor.post(path, { headers: { ...FORM_TYPE, ...who }, data });
}

/** The form with a value of this kind, written as it is, in one field. */
function formWith({ value, isThenRight }: Value, field: string, form: Form): string {
  const others = Object.entries(form)
    .filter(([name]) => name !== field || isThenRight)
    .map(([name, text]) => `${name}=${encodeURIComponent(text)}`);
  return [`${field}=${value}`, ...others].join("&");
}

/** A form that the action takes, as far as its values go. */
function rightForm(name: string): Form {
  const form = { ...ACTIONS[name]?.form };
  if ("email" in form) form.email = newAddress();
  if ("lessonId" in form) form.lessonId = NOBODY;
  return form;
}
