/** Conflicts put in order: the kinds that bite first. */
import type { Conflict, ConflictKind } from "@linli/api";

export const KINDS = ["fight", "loop", "out_of_reach", "never"] as const satisfies readonly ConflictKind[];

/** Return the conflicts by kind, the worst kind first, kinds without any left out. */
export function byKind(items: Conflict[]): { kind: ConflictKind; items: Conflict[] }[] {
  return KINDS.map((kind) => ({ kind, items: items.filter((one) => one.kind === kind) })).filter((group) => group.items.length);
}

/** What stands between two scenes of a conflict that are named one after the other. */
export const between = (kind: ConflictKind): string => (kind === "loop" ? "→" : "×");

/** The scenes in the order to name them: a loop comes back to its first. */
export function named(one: Pick<Conflict, "kind" | "scenes">): string[] {
  return one.kind === "loop" && one.scenes.length ? [...one.scenes, one.scenes[0]!] : one.scenes;
}
