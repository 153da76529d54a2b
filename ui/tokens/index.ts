/** What a severity looks like: hue from the token of its name, and a shape that needs no colour. */
export const SEVERITIES = ["critical", "major", "minor", "info"] as const;

export type Severity = (typeof SEVERITIES)[number];

export const SHAPES: Record<Severity, string> = {
  critical: "◆",
  major: "▲",
  minor: "●",
  info: "○",
};

/** Tell whether the first weighs more than the second. */
export function outranks(first: Severity, second: Severity): boolean {
  return SEVERITIES.indexOf(first) < SEVERITIES.indexOf(second);
}

/** Return the value that a token has now, for canvases that cannot read stylesheets. */
export function token(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
}
