import astro from "eslint-plugin-astro";
import tseslint from "typescript-eslint";

// Each page costs a type check of its own (of what pages import: tsconfig.pages.json), a third of lint's
// time in all: `npm run check` leaves the rules that ask for types to `astro check` there, `npm run lint`
// and `npm test` apply them.
const isQuick = process.env.LINT_PAGES === "quick";

export default tseslint.config(
  { ignores: ["dist", ".astro", ".data", ".wrangler", "node_modules", "test-results"] },
  ...tseslint.configs.strictTypeChecked,
  ...astro.configs.recommended,
  {
    languageOptions: {
      parserOptions: { projectService: true, extraFileExtensions: [".astro"] },
    },
    rules: {
      "no-eval": "error",
      "no-implied-eval": "error",
      "no-console": "error",
      eqeqeq: "error",
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
      "@typescript-eslint/no-confusing-void-expression": ["error", { ignoreArrowShorthand: true }],
      "no-restricted-properties": [
        "error",
        { object: "Math", property: "random", message: "Use crypto.getRandomValues." },
      ],
    },
  },
  {
    files: ["**/*.astro"],
    languageOptions: { parserOptions: { projectService: false, project: "tsconfig.pages.json" } },
    rules: {
      "astro/no-set-html-directive": "error",
      // Markup has no type that the rule knows.
      "@typescript-eslint/no-unsafe-return": "off",
    },
  },
  {
    files: ["Prose", "JsonScript", "EarlyScript"].map((name) => `src/components/${name}.astro`),
    rules: { "astro/no-set-html-directive": "off" },
  },
  { files: ["scripts/**", "local/**", "build/**"], rules: { "no-console": "off" } },
  ...(isQuick ? [{ files: ["**/*.astro"], ...tseslint.configs.disableTypeChecked }] : []),
  { files: ["**/*.js", "**/*.mjs"], ...tseslint.configs.disableTypeChecked },
);
