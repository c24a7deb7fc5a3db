import { setTimeout as pause } from "node:timers/promises";
import { createSession } from "#lib/accounts/sessions.ts";
import { parseEnvironment } from "#lib/environment.ts";
import { DependencyError } from "#lib/errors.ts";
import { openServices, type Services } from "#lib/services/index.ts";
import { createRandom } from "#local/stripe/random.ts";

/** The served shop, the services it uses, and the dice of one run. */
export interface World {
  site: string;
  stripeUrl: string;
  webhookSecret: string;
  jobsSecret: string;
  /** The shop's own code in this process, on the same database and the same Stripe. */
  services: Services;
  courseIds: string[];
  /** From 0 to 1; what is drawn depends on the seed alone, when it is drawn on the clock too. */
  random: () => number;
}

/** Someone who buys: every one has an address of their own, so that no limit is met. */
export interface SoakBuyer {
  userId: string;
  session: string;
  address: string;
}

const TIMEOUT_MS = 20_000;

/** The world of a seed, on the shop that `variables` speak of. */
export async function openWorld(variables: Record<string, string>, seed: number): Promise<World> {
  const services = openServices(parseEnvironment(variables));
  const courses = await services.database.read<{ id: string }[]>`
    SELECT id
    FROM courses
    WHERE published_at IS NOT NULL
    ORDER BY position, id`;
  return {
    site: variables.SITE_URL ?? "",
    stripeUrl: variables.STRIPE_URL ?? "",
    webhookSecret: variables.STRIPE_WEBHOOK_SECRET ?? "",
    jobsSecret: variables.JOBS_SECRET ?? "",
    services,
    courseIds: courses.map(({ id }) => id),
    random: createRandom(seed),
  };
}

/** Makes a person who is signed in. */
export async function makeBuyer(world: World, seed: number, index: number): Promise<SoakBuyer> {
  const { database, redis } = world.services;
  const email = `${seed}-${index}-${crypto.randomUUID()}@soak.example`;
  const [row] = await database.write<{ id: string }[]>`
    INSERT INTO users (email, name, password_hash)
    VALUES (${email}, 'Soak', 'none')
    RETURNING id`;
  const id = row?.id ?? "";
  const session = await createSession(
    redis,
    { id, email, name: "Soak", role: "learner" },
    new Date(),
  );
  const address = `2001:db8:${seed.toString(16)}:${index.toString(16)}::1`;
  return { userId: id, session, address };
}

/** Tries again what this process itself asks of a busy machine, ten times at most. */
export async function persist<T>(act: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await act();
    } catch (error) {
      if (tries === 10 || !(error instanceof DependencyError)) throw error;
      await pause(1_000);
    }
  }
}

/** Asks the shop as a browser of the buyer would; null when it gave no answer. */
export async function ask(
  world: World,
  buyer: SoakBuyer,
  path: string,
  form?: URLSearchParams,
): Promise<Response | null> {
  try {
    const response = await fetch(new URL(path, world.site), {
      method: form ? "POST" : "GET",
      headers: {
        Cookie: `__Host-session=${buyer.session}`,
        Origin: world.site,
        "CF-Connecting-IP": buyer.address,
      },
      body: form ?? null,
      redirect: "manual",
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    await response.arrayBuffer();
    return response;
  } catch {
    return null;
  }
}

/** Uses a control of the local Stripe. Throws what it refused, such as paying twice. */
export async function control(world: World, name: string, fields: object = {}): Promise<unknown> {
  const response = await fetch(new URL(`/controls/${name}`, world.stripeUrl), {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(fields),
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  const answer = (await response.json()) as { result?: unknown; error?: string };
  if (!response.ok) throw new Error(`${name}: ${answer.error ?? response.status}`);
  return answer.result;
}
