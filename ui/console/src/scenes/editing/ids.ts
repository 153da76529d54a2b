/** What a new scene is called in the register: `<board>.<category>.<slug>`, offered from its name. */
const SLUG = /^[a-z0-9_]+$/;
const LONGEST = 48;

/** Return a slug from a name in Latin letters; empty where the name has none. */
export function slugOf(name: string): string {
  const bare = name.normalize("NFKD").replace(/[\u0300-\u036f]/g, "").toLowerCase();
  const joined = bare.replace(/[^a-z0-9]+/g, "_").replace(/^_+|_+$/g, "");
  return joined.slice(0, LONGEST).replace(/_+$/, "");
}

/** Return an id that nobody has yet: from the English name, else `own_1`, `own_2` … */
export function offeredId(board: string, category: string, english: string, taken: Iterable<string>): string {
  const known = new Set(taken);
  const stem = `${board}.${category}.`;
  const slug = slugOf(english);
  if (slug && !known.has(stem + slug)) return stem + slug;
  const base = slug || "own";
  for (let n = slug ? 2 : 1; ; n += 1) {
    if (!known.has(`${stem}${base}_${n}`)) return `${stem}${base}_${n}`;
  }
}

export type IdWrong = "slug" | "taken" | "category" | null;

/** Tell what is wrong with an id, if anything. */
export function wrongId(id: string, taken: Iterable<string>): IdWrong {
  const [, category = "", slug = ""] = id.split(".");
  if (!SLUG.test(category)) return "category";
  if (!SLUG.test(slug)) return "slug";
  return new Set(taken).has(id) ? "taken" : null;
}
