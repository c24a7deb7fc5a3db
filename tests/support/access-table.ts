/** Who asks: nobody known, a learner, the learner whose order and course it is, and staff. */
export const ROLES = ["visitor", "learner", "owner", "admin", "support"] as const;

export type Role = (typeof ROLES)[number];

/** A status, or "sign-in": shown the way to sign in. */
export type Outcome = number | "sign-in";

export interface Access {
  /** The address; {order}, {item} and {lesson} are the owner's. */
  path: string;
  method?: "POST";
  /** What a form or a machine sends. */
  form?: Record<string, string>;
  /** What visitor, learner, owner and admin get. */
  outcomes: [Outcome, Outcome, Outcome, Outcome];
  /** What support gets, where that is not what a learner gets. */
  support?: Outcome;
}

/** Any status but 401, 403 and 5xx. */
export const NOT_REFUSED = 0;

const OPEN: Access["outcomes"] = [200, 200, 200, 200];
const ANYONE_SIGNED_IN: Access["outcomes"] = ["sign-in", 200, 200, 200];
const EVERYBODY_TO_SIGN_IN: Access["outcomes"] = ["sign-in", "sign-in", "sign-in", "sign-in"];
const OWNER_ONLY: Access["outcomes"] = ["sign-in", 404, 200, 404];
// A learner need not know that there is such a page.
const STAFF_ONLY: Pick<Access, "outcomes" | "support"> = {
  outcomes: ["sign-in", 404, 404, 200],
  support: 200,
};
const ADMIN_ONLY = { ...STAFF_ONLY, support: 403 };

/** Every file of src/pages, with who may see it. A page without a line here fails the tests. */
export const PAGES: Record<string, Access> = {
  "404.astro": { path: "/404", outcomes: [404, 404, 404, 404] },
  "429.astro": { path: "/429", outcomes: [404, 404, 404, 404] },
  "500.astro": { path: "/500", outcomes: [500, 500, 500, 500] },
  "503.astro": { path: "/503", outcomes: OPEN },
  ".well-known/change-password.ts": {
    path: "/.well-known/change-password",
    outcomes: [303, 303, 303, 303],
  },
  ".well-known/passkey-endpoints.ts": { path: "/.well-known/passkey-endpoints", outcomes: OPEN },
  ".well-known/security.txt.ts": { path: "/.well-known/security.txt", outcomes: OPEN },
  "account.astro": { path: "/account", outcomes: ANYONE_SIGNED_IN },
  "account/connected.astro": { path: "/account/connected", outcomes: ANYONE_SIGNED_IN },
  "account/data.astro": { path: "/account/data", outcomes: ANYONE_SIGNED_IN },
  "account/data.json.ts": { path: "/account/data.json", outcomes: ANYONE_SIGNED_IN },
  "account/delete.astro": { path: "/account/delete", outcomes: ANYONE_SIGNED_IN },
  "account/deleted.astro": { path: "/account/deleted", outcomes: OPEN },
  "account/email.astro": { path: "/account/email", outcomes: ANYONE_SIGNED_IN },
  "account/notifications.astro": { path: "/account/notifications", outcomes: ANYONE_SIGNED_IN },
  "account/passkeys.astro": { path: "/account/passkeys", outcomes: ANYONE_SIGNED_IN },
  "account/password.astro": { path: "/account/password", outcomes: ANYONE_SIGNED_IN },
  "account/second-factor.astro": { path: "/account/second-factor", outcomes: ANYONE_SIGNED_IN },
  "account/security.astro": { path: "/account/security", outcomes: ANYONE_SIGNED_IN },
  "admin/audit.astro": { path: "/admin/audit", ...ADMIN_ONLY },
  "admin/grants.astro": { path: "/admin/grants", ...ADMIN_ONLY },
  "admin/index.astro": { path: "/admin", ...STAFF_ONLY },
  "admin/orders/[order].astro": { path: "/admin/orders/{order}", ...STAFF_ONLY },
  "admin/orders/index.astro": { path: "/admin/orders", ...STAFF_ONLY },
  "admin/people/[person].astro": { path: "/admin/people/{owner}", ...STAFF_ONLY },
  "admin/people/index.astro": { path: "/admin/people", ...STAFF_ONLY },
  "api/[...path].ts": { path: "/api/nothing", outcomes: [404, 404, 404, 404] },
  "api/email/events.ts": refusesUnproved("/api/email/events", [400, 400, 400, 400]),
  "api/errors.ts": refusesUnproved("/api/errors", [400, 400, 400, 400]),
  "api/health/index.ts": { path: "/api/health", outcomes: OPEN },
  "api/health/live.ts": { path: "/api/health/live", outcomes: OPEN },
  "api/health/ready.ts": { path: "/api/health/ready", outcomes: OPEN },
  "api/jobs/[job].ts": refusesUnproved("/api/jobs/outbox", [401, 401, 401, 401]),
  "api/orders/[order].ts": { path: "/api/orders/{order}", outcomes: [401, 404, 200, 404] },
  "api/passkeys/challenge.ts": {
    path: "/api/passkeys/challenge",
    method: "POST",
    outcomes: OPEN,
  },
  "api/stripe/webhook.ts": refusesUnproved("/api/stripe/webhook", [400, 400, 400, 400]),
  "api/unsubscribe.ts": refusesUnproved("/api/unsubscribe", [400, 400, 400, 400]),
  "api/vitals.ts": refusesUnproved("/api/vitals", [400, 400, 400, 400]),
  "cart.astro": { path: "/cart", outcomes: OPEN },
  "checkout/[course].astro": {
    path: "/checkout/postgresql-in-production",
    outcomes: ANYONE_SIGNED_IN,
  },
  "checkout/return.astro": {
    path: "/checkout/return?session_id={session}",
    outcomes: ["sign-in", 404, 303, 404],
  },
  "contact.astro": { path: "/contact", outcomes: OPEN },
  // Without the course, what is in it and how to get it; the lesson's text is for the owner alone.
  "courses/[course]/[lesson].astro": {
    path: "/courses/redis-beyond-caching/rate-limits",
    outcomes: [403, 200, 200, 200],
  },
  "courses/[course]/index.astro": { path: "/courses/redis-beyond-caching", outcomes: OPEN },
  "courses/[course]/social.png.ts": {
    path: "/courses/redis-beyond-caching/social.png",
    outcomes: OPEN,
  },
  "courses/index.astro": { path: "/courses", outcomes: OPEN },
  "forgot-password.astro": { path: "/forgot-password", outcomes: OPEN },
  "index.astro": { path: "/", outcomes: OPEN },
  "learn.astro": { path: "/learn", outcomes: ANYONE_SIGNED_IN },
  "orders/[order]/index.astro": { path: "/orders/{order}", outcomes: OWNER_ONLY },
  "orders/[order]/receipt.astro": { path: "/orders/{order}/receipt", outcomes: OWNER_ONLY },
  "privacy.astro": { path: "/privacy", outcomes: OPEN },
  "refunds.astro": { path: "/refunds", outcomes: OPEN },
  "reset-password.astro": { path: "/reset-password", outcomes: [303, 303, 303, 303] },
  "robots.txt.ts": { path: "/robots.txt", outcomes: OPEN },
  "sign-in/second-step.astro": {
    path: "/sign-in/second-step",
    outcomes: EVERYBODY_TO_SIGN_IN,
  },
  // Without what this browser began, everybody is led to the page that says so.
  "sign-in/with/[provider]/callback.ts": {
    path: "/sign-in/with/google/callback?code=a&state=b",
    outcomes: EVERYBODY_TO_SIGN_IN,
  },
  "sign-in/with/finish.astro": { path: "/sign-in/with/finish", outcomes: EVERYBODY_TO_SIGN_IN },
  "sign-in.astro": { path: "/sign-in", outcomes: [200, 303, 303, 303] },
  "sign-out.astro": { path: "/sign-out", outcomes: OPEN },
  "sign-up/confirm.astro": { path: "/sign-up/confirm", outcomes: OPEN },
  "sign-up/index.astro": { path: "/sign-up", outcomes: [200, 303, 303, 303] },
  "sitemap.xml.ts": { path: "/sitemap.xml", outcomes: OPEN },
  "terms.astro": { path: "/terms", outcomes: OPEN },
  "unsubscribe.astro": { path: "/unsubscribe", outcomes: OPEN },
};

const REASON = "To see who may";
const ORDER = { orderId: "{order}", reason: REASON };
const SIGNED_IN: Access["outcomes"] = [401, 200, 200, 200];
// A proof is missing, which is asked for after who it is.
const WRONG_CODE: Access["outcomes"] = [401, 401, 401, 401];
const UNPROVED: Access["outcomes"] = [401, 400, 400, 400];

/** Every action, with a form that is right but for who sends it. */
export const ACTIONS: Record<string, Access> = {
  signUp: action(
    "signUp",
    { name: "Kim", email: "nobody", password: "four words of it", terms: "on" },
    [400, 400, 400, 400],
  ),
  confirmSignUp: action("confirmSignUp", { code: "000000" }, [400, 400, 400, 400]),
  signIn: action("signIn", { email: "nobody", password: "four words of it" }, [400, 400, 400, 400]),
  startSocialSignIn: action("startSocialSignIn", { provider: "nobody" }, [400, 400, 400, 400]),
  makeSocialAccount: action(
    "makeSocialAccount",
    { name: "Kim", terms: "on" },
    [400, 400, 400, 400],
  ),
  confirmSocialLink: action("confirmSocialLink", {}, UNPROVED),
  linkIdentity: withWrongPassword("linkIdentity", { provider: "google" }),
  unlinkIdentity: withWrongPassword("unlinkIdentity", { provider: "google" }),
  signOut: action("signOut", { everywhere: "no" }, [400, 400, 400, 400]),
  requestPasswordReset: action("requestPasswordReset", { email: "a" }, [400, 400, 400, 400]),
  resetPassword: action("resetPassword", { password: "four words of it" }, [400, 400, 400, 400]),
  changePassword: withWrongPassword("changePassword", { password: "four words of it" }),
  changeName: action("changeName", { name: "Kim" }, SIGNED_IN),
  changeEmail: withWrongPassword("changeEmail", { email: "kim@buyer.example" }),
  confirmSecondStep: action("confirmSecondStep", { code: "000000" }, [409, 409, 409, 409]),
  beginSecondFactor: action("beginSecondFactor", {}, SIGNED_IN),
  confirmSecondFactor: action("confirmSecondFactor", { code: "no code" }, WRONG_CODE),
  turnSecondFactorOff: action("turnSecondFactorOff", { code: "no code" }, WRONG_CODE),
  beginPasskey: withWrongPassword("beginPasskey", { name: "Phone" }),
  addPasskey: action("addPasskey", { credential: "{}" }, [401, 409, 409, 409]),
  removePasskey: action("removePasskey", { id: "{order}" }, [401, 404, 404, 404]),
  signInWithPasskey: action("signInWithPasskey", { credential: "{}" }, [409, 409, 409, 409]),
  confirmEmail: action("confirmEmail", {}, UNPROVED),
  endSession: action("endSession", { reference: "0123456789abcdef" }, [401, 404, 404, 404]),
  endOtherSessions: action("endOtherSessions", {}, SIGNED_IN),
  deleteAccount: withWrongPassword("deleteAccount", { understood: "on" }),
  keepAccount: action("keepAccount", {}, [401, 409, 409, 409]),
  chooseNotifications: action("chooseNotifications", {}, SIGNED_IN),
  unsubscribe: action("unsubscribe", {}, [400, 400, 400, 400]),
  contact: action(
    "contact",
    { name: "Kim", email: "nobody", message: "A question." },
    [400, 400, 400, 400],
  ),
  allowMailAgain: action("allowMailAgain", {}, SIGNED_IN),
  completeLesson: action(
    "completeLesson",
    { lessonId: "{lesson}", done: "yes" },
    [401, 404, 200, 404],
  ),
  addToCart: action("addToCart", { course: "redis-beyond-caching" }, OPEN),
  removeFromCart: action("removeFromCart", { course: "redis-beyond-caching" }, OPEN),
  startCheckout: action(
    "startCheckout",
    { courseIds: "00000000-0000-4000-8000-000000000000", terms: "on", waiver: "on" },
    [401, 404, 404, 404],
  ),
  refundItems: action(
    "refundItems",
    { orderId: "{order}", items: "00000000-0000-4000-8000-000000000000" },
    [401, 404, 404, 404],
  ),
  refundOrder: adminAction("refundOrder", { ...ORDER, items: "{item}", amount: "-1" }),
  resyncOrder: adminAction("resyncOrder", { orderId: "{order}" }),
  acceptReview: adminAction("acceptReview", ORDER),
  assignRefund: adminAction("assignRefund", {
    orderId: "{order}",
    refundId: "{item}",
    items: "{item}",
  }),
  grantCourses: adminAction("grantCourses", {
    email: "kim@buyer.example",
    courses: "no-such-course",
    reason: REASON,
  }),
  withdrawGrant: adminAction("withdrawGrant", ORDER),
  actOnPerson: adminAction("actOnPerson", {
    personId: "{item}",
    act: "person.unlock",
    reason: REASON,
  }),
  // An id that nobody has: who may look finds nobody there.
  lookAtAccount: {
    ...action("lookAtAccount", { personId: "{item}", reason: REASON }, [401, 404, 404, 404]),
    support: 404,
  },
  endLook: action("endLook", {}, [401, 409, 409, 409]),
  erasePerson: adminAction("erasePerson", {
    personId: "{item}",
    address: "kim@buyer.example",
    reason: REASON,
  }),
};

function refusesUnproved(path: string, outcomes: Access["outcomes"]): Access {
  return { path, method: "POST", outcomes };
}

function action(name: string, form: Record<string, string>, outcomes: Access["outcomes"]): Access {
  return { path: `/_actions/${name}`, method: "POST", form, outcomes };
}

/** A change that asks for the password, with a wrong one. */
function withWrongPassword(name: string, form: Record<string, string>): Access {
  return action(name, { currentPassword: "not the password", ...form }, [401, 403, 403, 403]);
}

/** For admins alone; what an admin gets is up to the order, and no refusal of who asks. */
function adminAction(name: string, form: Record<string, string>): Access {
  return { ...action(name, form, [401, 404, 404, NOT_REFUSED]), support: 403 };
}
