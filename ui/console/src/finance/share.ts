/** A merchant's part as people write it: per cent, one digit behind the point. */

/** Return the thousandths of what was typed as per cent (`95`, `92.5`); null if it is no part of a whole. */
export function permilleOf(text: string): number | null {
  const found = /^(\d{1,3})(?:\.(\d))?$/.exec(text.trim());
  if (!found) return null;
  const permille = Number(found[1]) * 10 + Number(found[2] ?? 0);
  return permille <= 1000 ? permille : null;
}
