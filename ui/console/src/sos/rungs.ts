/** A call tree while it is laid down. */
import type { SosRungWish } from "@linli/api";

export const WHOM = ["nearest", "family", "duty", "all"] as const;
/** Skills and roles of who may be sent; the tree takes any word, these are those that a community has. */
export const TARGETS = ["guard", "front_desk", "supervisor", "manager", "dispatcher", "engineer", "grid_worker"] as const;
export const LEAST_S = 5;
export const MOST_S = 600;
export const MOST_RUNGS = 12;

export interface Draft {
  whom: (typeof WHOM)[number];
  target: string;
  /** As it was typed. */
  wait: string;
}

export const draft = ({ whom, target, wait_s }: SosRungWish): Draft => ({ whom, target: target ?? "", wait: String(wait_s ?? 30) });

/** Return what is wrong with a tree, as the key of its words; empty if nothing is. */
export function wrong(rungs: readonly Draft[]): "" | "none" | "many" | "wait" | "target" | "family" {
  if (!rungs.length) return "none";
  if (rungs.length > MOST_RUNGS) return "many";
  if (rungs.some(({ wait }) => !/^\d+$/.test(wait.trim()) || Number(wait) < LEAST_S || Number(wait) > MOST_S)) return "wait";
  if (rungs.some(({ whom, target }) => (whom === "nearest" || whom === "duty") && !target)) return "target";
  return rungs.every(({ whom }) => whom === "family") ? "family" : "";
}

/** The family has no skill. */
export const wish = (rungs: readonly Draft[]): SosRungWish[] =>
  rungs.map(({ whom, target, wait }) => ({ whom, target: whom === "family" ? "" : target, wait_s: Number(wait) }));

/** Return the rungs with one moved up or down by a place; beyond the ends it stays. */
export function moved<T>(rungs: readonly T[], from: number, by: -1 | 1): T[] {
  const to = from + by;
  const all = [...rungs];
  if (to < 0 || to >= all.length) return all;
  [all[from], all[to]] = [all[to]!, all[from]!];
  return all;
}
