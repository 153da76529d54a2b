/** What may be done with a proposed limit, and how it is told. */
import type { Proposal, ProposalStep } from "@linli/api";

export interface Hands {
  user: number | undefined;
  writes: boolean;
  approves: boolean;
}

/** Tell the steps open to somebody: what touches life safety is approved by another than accepted it, and never where right alarms would be lost. */
export function proposalSteps(one: Pick<Proposal, "state" | "by" | "safety" | "right_lost">, { user, writes, approves }: Hands): ProposalStep[] {
  const loses = one.safety && one.right_lost > 0;
  if (one.state === "open" && writes) return loses ? ["dismiss"] : ["accept", "dismiss"];
  if (one.state !== "waiting") return [];
  const second = approves && !loses && one.by?.id !== user;
  return [...(second ? (["approve"] as const) : []), ...(writes ? (["dismiss"] as const) : [])];
}

/** Part the proposals that can still be answered from those that were. */
export function parted(items: Proposal[]): { live: Proposal[]; past: Proposal[] } {
  const live = (one: Proposal) => one.state === "open" || one.state === "waiting";
  return { live: items.filter(live), past: items.filter((one) => !live(one)) };
}
