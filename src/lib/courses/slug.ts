const SLUG = /^[a-z0-9]+(-[a-z0-9]+)*$/;
const MAX_LENGTH = 100;

/** Whether this can be the address of a course or lesson; anything else needs no question. */
export function isSlug(text: string): boolean {
  return text.length <= MAX_LENGTH && SLUG.test(text);
}
