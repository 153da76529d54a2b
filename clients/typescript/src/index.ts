/** Linli (邻里) from TypeScript: every door of the open API, tokens, pages, and webhooks. */
export { Linli, type Agreeing, type Options } from "./core.js";
export type { Answer, Given, Item, Method, Path } from "./doors.js";
export { Refused } from "./refused.js";
export { Forged, opened, type Message } from "./webhooks.js";
