/** Was an alarm right? Whoever has seen to it may say so. */
import type { Alarm, Verdict } from "@linli/api";

export const VERDICTS = ["right", "wrong", "unsure"] as const satisfies readonly Verdict[];

/** A shape and a key for each, so that neither colour nor mouse is needed. */
export const MARKS: Record<Verdict, string> = { right: "✓", wrong: "×", unsure: "?" };
export const KEYS: Record<string, Verdict> = { 1: "right", 2: "wrong", 3: "unsure" };

/** Tell whether it is time to ask: somebody saw to it, or it is over. */
export function ripe(alarm: Pick<Alarm, "state" | "acknowledged_at">): boolean {
  return alarm.acknowledged_at !== null || ["acknowledged", "cleared", "closed"].includes(alarm.state);
}

/** What a tap means: the same again takes it back. */
export function tapped(before: Verdict | null | undefined, tap: Verdict): Verdict | null {
  return before === tap ? null : tap;
}
