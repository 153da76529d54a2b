/** Unsaved work, kept in this browser by community and scene until it is saved or thrown away. */
export interface Kept {
  toml: string;
  /** The text that it began from: what the scene was when it was opened. */
  began: string;
  at: number;
}

const key = (community: string, scene: string) => `linli.scene.${community}.${scene || "new"}`;

/** Keep a text; one that says no more than what it began from is let go. */
export function keep(community: string, scene: string, kept: Kept): void {
  if (kept.toml === kept.began) return drop(community, scene);
  localStorage.setItem(key(community, scene), JSON.stringify(kept));
}

export function drop(community: string, scene: string): void {
  localStorage.removeItem(key(community, scene));
}

/** Return what was kept; what cannot be read is none. */
export function kept(community: string, scene: string): Kept | null {
  try {
    const found = JSON.parse(localStorage.getItem(key(community, scene)) ?? "null") as Partial<Kept> | null;
    return found && typeof found.toml === "string" && typeof found.began === "string" && typeof found.at === "number" ? (found as Kept) : null;
  } catch {
    return null;
  }
}
