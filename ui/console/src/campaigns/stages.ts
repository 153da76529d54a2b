/** The stages of a campaign as people fill them in: up to how far, how long to wait, how much may fail. */
import type { Stage } from "@linli/api";

export interface StageFilled {
  upTo: string;
  of: "devices" | "share";
  waitMin: string;
  failures: string;
}

/** One device, then a twentieth, a quarter, all. */
export const usual = (): StageFilled[] => [
  { upTo: "1", of: "devices", waitMin: "10", failures: "0" },
  { upTo: "5", of: "share", waitMin: "60", failures: "1" },
  { upTo: "25", of: "share", waitMin: "60", failures: "3" },
  { upTo: "100", of: "share", waitMin: "0", failures: "10" },
];

const SECONDS = 60;
const whole = (text: string, least: number) => {
  const number = Number(text);
  return text.trim() !== "" && Number.isInteger(number) && number >= least ? number : null;
};

/** Return a stage as the server takes it; null where it cannot be. */
export function staged(filled: StageFilled): Stage | null {
  const [wait, failures, upTo] = [whole(filled.waitMin, 0), whole(filled.failures, 0), Number(filled.upTo)];
  if (wait === null || failures === null || !(upTo > 0)) return null;
  if (filled.of === "devices" && !Number.isInteger(upTo)) return null;
  if (filled.of === "share" && upTo > 100) return null;
  const far = filled.of === "devices" ? { devices: upTo, share_pct: null } : { devices: null, share_pct: upTo };
  return { ...far, wait_s: wait * SECONDS, most_failures: failures };
}

/** Return all stages; null where one cannot be, or there is none. */
export function allStaged(filled: readonly StageFilled[]): Stage[] | null {
  const out = filled.map(staged);
  return out.length > 0 && out.every((one) => one !== null) ? (out as Stage[]) : null;
}
