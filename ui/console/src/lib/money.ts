/** Fen as people say them. */

/** Say an amount of fen in yuan: 1234 is 12.34. */
export function yuan(fen: number): string {
  const whole = Math.trunc(Math.abs(fen) / 100).toLocaleString("en-US");
  return `${fen < 0 ? "−" : ""}${whole}.${String(Math.abs(fen) % 100).padStart(2, "0")}`;
}

/** Return the fen of what a person typed as yuan: `12`, `12.3`, `12.34`; 0 if it is no amount. */
export function fenOf(text: string): number {
  const found = /^(\d{1,9})(?:\.(\d{1,2}))?$/.exec(text.trim().replaceAll(",", ""));
  return found ? Number(found[1]) * 100 + Number((found[2] ?? "").padEnd(2, "0")) : 0;
}
