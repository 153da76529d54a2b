/** Fen as people say them. */

/** Say an amount of fen in yuan: 1234 is 12.34. */
export function yuan(fen: number): string {
  const whole = Math.trunc(Math.abs(fen) / 100).toLocaleString("en-US");
  return `${fen < 0 ? "−" : ""}${whole}.${String(Math.abs(fen) % 100).padStart(2, "0")}`;
}

const YUAN = /^(\d{1,9})(?:\.(\d{1,2}))?$/;
const bare = (text: string) => text.trim().replaceAll(",", "");

/** Tell whether a person typed an amount in yuan; nothing at all (`0`) is one. */
export const isYuan = (text: string) => YUAN.test(bare(text));

/** Return the fen of what a person typed as yuan: `12`, `12.3`, `12.34`; 0 if it is no amount. */
export function fenOf(text: string): number {
  const found = YUAN.exec(bare(text));
  return found ? Number(found[1]) * 100 + Number((found[2] ?? "").padEnd(2, "0")) : 0;
}
