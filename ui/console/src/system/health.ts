/** What the figures of the system mean for whoever runs it. */
import type { SystemState } from "@linli/api";
import { figure } from "@/lib/format";
import { t, said } from "@/use/language";

export interface Trouble {
  id: string;
  text: string;
}

/** A log that is fuller than this is worth a look before devices are asked to wait. */
const NEARLY_FULL = 0.7;
const MUCH_WAITS = 1000;

export const share = (used: number, most: number) => `${figure((100 * used) / Math.max(1, most), 1)}%`;

/** Say a size as people do: 12 MB. */
export function size(bytes: number): string {
  const steps = ["B", "KB", "MB", "GB", "TB"];
  const step = bytes < 1 ? 0 : Math.min(steps.length - 1, Math.floor(Math.log(bytes) / Math.log(1024)));
  return `${figure(bytes / 1024 ** step, 1)} ${steps[step]}`;
}

/** Return the readings that were taken in and that the scenes have not dealt with yet. */
export const behind = ({ live }: SystemState) => Math.max(0, (live.stored ?? 0) - (live.dealt_with ?? live.stored ?? 0));

export const logs = ({ log }: SystemState) =>
  (["input", "effects", "facts"] as const).flatMap((name) => {
    const found = log[name];
    return found ? [{ name, used: found.bytes, most: found.max_bytes }] : [];
  });

/** Return what is wrong now, the gravest first, each with what to do about it. */
export function troubles(state: SystemState): Trouble[] {
  const { live, history, log } = state;
  const found: Trouble[] = [];
  const say = (id: string, text: string) => found.push({ id, text });
  if (log.silent) say("bus", t("system.cure.bus"));
  if (live.silent) say("live", t("system.cure.live", { part: t("system.part.live") }));
  if (live.trouble) say("trouble", t("system.cure.trouble", { what: live.trouble }));
  if (history.silent) say("history", t("system.cure.history"));
  if (history.error) say("historyError", t("system.cure.historyError", { what: history.error }));
  for (const { name, used, most } of logs(state)) {
    if (most > 0 && used / most > NEARLY_FULL) {
      say(name, t("system.cure.log", { name: said(`system.log.${name}`, name), share: share(used, most) }));
    }
  }
  if (state.apart === "differs") say("apart", t("system.cure.apart"));
  if (state.apart === "away") say("apartAway", t("system.cure.apartAway"));
  const down = (live.lines ?? []).filter((line) => !line.up || line.trouble).length;
  if (down) say("lines", t("system.cure.lines", { n: down }));
  const waits = behind(state) + (live.effects_waiting ?? 0) + state.facts_waiting;
  if (waits > MUCH_WAITS) say("lag", t("system.cure.lag", { n: figure(waits, 0) }));
  if (state.put_aside.length) say("aside", t("system.cure.aside", { n: state.put_aside.length }));
  return found;
}
