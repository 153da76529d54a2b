export * from "./alarms";
export { intention } from "./answer";
export * from "./cases";
export { onSignedOut, Refused, Unreachable } from "./client";
export * from "./devices";
export * from "./register";
export * from "./scenes";
export * from "./session";
export type * from "./types";
