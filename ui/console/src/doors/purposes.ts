/** What a passage may be looked at by name for, and for which of these its pictures too. */
export const PURPOSES = ["case", "alarm", "emergency"] as const;
export const PICTURED = ["case", "alarm"] as const;
export type Purpose = (typeof PURPOSES)[number];
