export { ALL, GET } from "./ready.ts";
