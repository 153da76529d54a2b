/** Places on a drawn story: when things were said to the scene, and when it acted. */
import type { StoryResult } from "@linli/api";

export interface Mark {
  x: number;
  kind: string;
  given: boolean;
  at_s: number;
  text: string;
}

/** What is told to the scene stands above the line; what it does, below. */
const GIVEN = new Set(["given"]);

/** Return the marks of a story, `x` from 0 to 1; time is stretched near the start, where most happens. */
export function marks(result: Pick<StoryResult, "timeline">): Mark[] {
  const last = Math.max(1, ...result.timeline.map((moment) => moment.at_s));
  const scale = Math.log1p(last);
  return result.timeline.map((moment) => ({
    x: Math.log1p(Math.max(0, moment.at_s)) / scale,
    kind: moment.kind,
    given: GIVEN.has(moment.kind),
    at_s: moment.at_s,
    text: moment.text,
  }));
}

/** Say a time of a story as the stories write it: 90 → 1m30s. */
export function storyTime(seconds: number): string {
  const whole = Math.round(seconds);
  const parts = [
    [Math.floor(whole / 3600), "h"],
    [Math.floor((whole % 3600) / 60), "m"],
    [whole % 60, "s"],
  ] as const;
  return parts.filter(([n]) => n > 0).map(([n, unit]) => `${n}${unit}`).join("") || "0s";
}
