/** Lengths of time as the catalogue writes them, `10s`, `1h30m`, and as a number with a unit. */
export const UNITS = ["s", "m", "h", "d"] as const;
export type Unit = (typeof UNITS)[number];

const SIZE_S: Record<string, number> = { ms: 0.001, s: 1, m: 60, h: 3600, d: 86_400 };
const PART = /(\d+(?:\.\d+)?)(ms|s|m|h|d)/g;

/** Return the seconds of a span, or null if it is none. */
export function secondsOf(text: string): number | null {
  const parts = [...text.matchAll(PART)];
  if (!parts.length || parts.map(([whole]) => whole).join("") !== text) return null;
  return parts.reduce((sum, [, n, unit]) => sum + Number(n) * (SIZE_S[unit ?? ""] ?? 0), 0);
}

/** Write seconds in the shortest exact way: 90 is `1m30s`. */
export function spanOf(seconds: number): string {
  let rest = Math.round(seconds * 1000);
  const out = (["d", "h", "m", "s", "ms"] as const).map((unit) => {
    const size = (SIZE_S[unit] ?? 1) * 1000;
    const count = Math.floor(rest / size);
    rest -= count * size;
    return count ? `${count}${unit}` : "";
  });
  return out.join("") || "0s";
}

/** Return a span as one number of its largest unit that divides it: `1h30m` is 90 minutes. */
export function partsOf(text: string): { amount: string; unit: Unit } {
  const whole = /^(\d+(?:\.\d+)?)(s|m|h|d)$/.exec(text);
  if (whole) return { amount: whole[1] ?? "", unit: (whole[2] ?? "s") as Unit };
  const seconds = secondsOf(text);
  if (seconds === null) return { amount: "", unit: "s" };
  const unit = [...UNITS].reverse().find((one) => seconds % (SIZE_S[one] ?? 1) === 0) ?? "s";
  return { amount: String(seconds / (SIZE_S[unit] ?? 1)), unit };
}

const WORDS: [RegExp, string][] = [
  [/毫秒/g, "ms"],
  [/秒钟|秒|seconds?|sec/g, "s"],
  [/分钟|分|minutes?|min/g, "m"],
  [/小时|时|hours?|hr/g, "h"],
  [/天|日|days?/g, "d"],
];

/** Read a time of a story as people type it: `20`, `20 秒`, `5min`, `22:30`; null if it is none. */
export function storyTimeOf(typed: string): string | null {
  const bare = typed.trim().toLowerCase().replaceAll("：", ":");
  if (/^([01]?\d|2[0-3]):[0-5]\d(:[0-5]\d)?$/.test(bare)) return bare;
  if (/^\d+(\.\d+)?$/.test(bare)) return `${bare}s`;
  const said = WORDS.reduce((text, [word, unit]) => text.replace(word, unit), bare).replace(/\s+/g, "");
  return secondsOf(said) === null ? null : said;
}
