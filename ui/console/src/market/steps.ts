/** What may be done with a third party, by how far it has come and what the reader may. */
import type { PartyState } from "@linli/api";

export type Step = "review" | "allow" | "refuse" | "suspend";

const WRITES: Record<PartyState, Step[]> = { waiting: ["review"], reviewed: [], allowed: ["suspend"], refused: ["review"], suspended: ["review"] };
const APPROVES: Record<PartyState, Step[]> = { waiting: ["refuse"], reviewed: ["allow", "refuse"], allowed: [], refused: [], suspended: [] };

/** Return the steps in the order of their buttons. */
export function steps(state: PartyState, writes: boolean, approves: boolean): Step[] {
  return [...(writes ? WRITES[state] : []), ...(approves ? APPROVES[state] : [])];
}
