import { env } from "cloudflare:workers";
import { parseEnvironment, type Environment } from "#lib/environment.ts";
import { openServices, type CallMeter, type Services } from "#lib/services/index.ts";

let environment: Environment | undefined;

/** The platform's variables, parsed once per isolate. Throws EnvironmentError when they can't be used. */
export function readEnvironment(): Environment {
  environment ??= parseEnvironment(env);
  return environment;
}

/** The services of one request: clients are never shared between requests. */
export function openRequestServices(meter: CallMeter): Services {
  return openServices(readEnvironment(), meter);
}
