/**
 * Pages that the browser fetches when a link to them is about to be used: the pointer rests on it, or a finger comes down
 * (https://developer.mozilla.org/docs/Web/API/Speculation_Rules_API). Reading any of them changes nothing; opening a lesson
 * does, so that none is here. Browsers that don't know the rules, and those that save data, leave it.
 */
export const SPECULATION_RULES = {
  prefetch: [
    {
      where: {
        href_matches: ["/", "/courses", "/courses/:course", "/learn", "/sign-in", "/sign-up"],
      },
      eagerness: "moderate",
    },
  ],
};
