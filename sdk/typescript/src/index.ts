/** A typed client for the Heli platform: every operation of its API, problems as errors, pages, and live streams. */
export { createHeli, type Heli, type HeliOptions } from "./client.js";
export { HeliProblem, ok, type FieldProblem } from "./problems.js";
export { items } from "./pages.js";
export { follow, type FollowOptions, type StreamMessage } from "./streams.js";
export type { components, operations, paths } from "./schema.js";
