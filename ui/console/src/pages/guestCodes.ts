/** The codes that a guest's page holds: the one of this half minute, and those ahead for a place without a line. */
import type { GuestPass } from "@linli/api";

export type GuestCode = GuestPass["codes"][number];

/** Ten minutes of codes; they are asked for again when half of them are over. */
export const AHEAD = 20;
const FEW_MS = 300_000;

/** Return how far the server's clock is from this telephone's; by it the telephone may be wrong. */
export const offset = (pass: Pick<GuestPass, "now">, here: number): number => Date.parse(pass.now) - here;

/** Return the code that is good at a time of the server's. */
export const current = (codes: readonly GuestCode[], now: number): GuestCode | undefined =>
  codes.find(({ since, until }) => Date.parse(since) <= now && now < Date.parse(until));

/** Return for how long, in milliseconds, there are codes from a time on. */
export const lasts = (codes: readonly GuestCode[], now: number): number => Math.max(0, ...codes.map(({ until }) => Date.parse(until) - now));

/** Return how many codes ahead to ask for. */
export const wanted = (codes: readonly GuestCode[], now: number): number => (lasts(codes, now) < FEW_MS ? AHEAD : 0);

/** Join what was just told with what is known ahead; where there is none now, he may not come, and none is kept. */
export function joined(before: readonly GuestCode[], told: readonly GuestCode[]): GuestCode[] {
  const last = told.at(-1);
  return last ? [...told, ...before.filter(({ since }) => Date.parse(since) > Date.parse(last.since))] : [];
}
