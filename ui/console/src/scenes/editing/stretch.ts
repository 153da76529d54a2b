/** A stretch of time on a drawn axis. Times in milliseconds since 1970. */
const LEAST_MS = 1000;

/** Return the time at a share of the axis; beyond its ends, the end. */
export function msOf(share: number, from: number, to: number): number {
  return Math.round(from + Math.min(1, Math.max(0, share)) * (to - from));
}

/** Return where on the axis a time is, 0 to 1. */
export function shareOf(ms: number, from: number, to: number): number {
  return Math.min(1, Math.max(0, (ms - from) / Math.max(1, to - from)));
}

/** Return the two ends in their order; what was only touched is no stretch. */
export function stretch(first: number, second: number): [number, number] | null {
  const ends: [number, number] = first <= second ? [first, second] : [second, first];
  return ends[1] - ends[0] < LEAST_MS ? null : ends;
}

/** Write a time as a field of date and time wants it, where the reader is. */
export function localOf(ms: number): string {
  const at = new Date(ms);
  return new Date(ms - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 19);
}
