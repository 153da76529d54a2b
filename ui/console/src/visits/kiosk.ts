/** What a visitor does at the kiosk, step by step; what he leaves standing is cleared for the next. */
export const STEPS = ["welcome", "building", "room", "who", "answer"] as const;
export type Step = (typeof STEPS)[number];

/** What was asked at the screen: the home about a guest, or a ring at its door. */
export interface Question {
  id: string;
  kind: "visit" | "call";
}

export type Answer = "waits" | "welcome" | "refused" | "nobody";

const MEANS: Record<string, Answer> = {
  expected: "welcome",
  opened: "welcome",
  refused: "refused",
  withdrawn: "refused",
  over: "nobody",
  missed: "nobody",
  left: "nobody",
};

/** Tell a visitor how it stands; after a while without an answer he is sent to whoever is at the gate. */
export function answer(state: string, waitedMs: number, mostMs: number): Answer {
  return MEANS[state] ?? (waitedMs >= mostMs ? "nobody" : "waits");
}
