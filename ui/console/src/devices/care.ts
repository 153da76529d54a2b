/** How long somebody works on a device, as people say it. */
export const HOURS = ["1", "4", "24", "168"] as const;

export type Hours = (typeof HOURS)[number];

/** Return the instant so many hours from now, as the server reads it. */
export const untilAfter = (hours: Hours, nowMs: number) => new Date(nowMs + Number(hours) * 3_600_000).toISOString();
