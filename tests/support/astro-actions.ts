/** Stands in for `astro:actions` under vitest: an action is what it was defined by. */
export function defineAction<Definition>(definition: Definition): Definition {
  return definition;
}

export class ActionError extends Error {
  constructor({ message }: { code: string; message: string }) {
    super(message);
  }
}

export function isInputError(): boolean {
  return false;
}
