/** What may be done with a third party, by how far it has come and what the reader may; and how it is asked. */
import type { PartyState } from "@linli/api";

export type Step = "review" | "allow" | "refuse" | "suspend";

const WRITES: Record<PartyState, Step[]> = { waiting: ["review"], reviewed: [], allowed: ["suspend"], refused: ["review"], suspended: ["review"] };
const APPROVES: Record<PartyState, Step[]> = { waiting: ["refuse"], reviewed: ["allow", "refuse"], allowed: [], refused: [], suspended: [] };

/** Return the steps in the order of their buttons; whoever reviewed it himself neither lets it in nor turns it away. */
export function steps(state: PartyState, writes: boolean, approves: boolean, reviewedByMe = false): Step[] {
  if (state === "reviewed" && reviewedByMe) return [];
  return [...(writes ? WRITES[state] : []), ...(approves ? APPROVES[state] : [])];
}

const LONGEST_H = 336;

/** Return for how many hours a secret stays valid beside the next, as it was typed; null if it is no such number. */
export function overlapOf(text: string): number | null {
  const hours = /^\d{1,3}$/.test(text.trim()) ? Number(text) : LONGEST_H + 1;
  return hours <= LONGEST_H ? hours : null;
}
