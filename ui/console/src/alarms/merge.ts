/** How news reaches a list without moving what the hand is about to touch. */
import type { Alarm } from "@linli/api";

export interface Desk {
  shown: Alarm[];
  fresh: Alarm[];
}

const OPEN = new Set(["raised", "acknowledged", "cleared"]);

/** Tell whether an alarm belongs under a filter of state and severity. */
export function belongs(alarm: Alarm, state: string, severity: string): boolean {
  if (severity && alarm.severity !== severity) return false;
  if (!state) return true;
  return state === "open" ? OPEN.has(alarm.state) : alarm.state === state;
}

function put(list: Alarm[], alarm: Alarm): Alarm[] {
  return list.map((item) => (item.id === alarm.id ? alarm : item));
}

/**
 * Take one changed alarm into the desk. A known one changes in its place, even when it no longer
 * belongs: a row that vanished would move the others. A new one goes on top when `still` is
 * false, and waits among the fresh ones while a hand, an eye or a cursor is on the list.
 */
export function take(desk: Desk, alarm: Alarm, fits: boolean, still: boolean): Desk {
  if (desk.shown.some((item) => item.id === alarm.id)) {
    return { ...desk, shown: put(desk.shown, alarm) };
  }
  const fresh = desk.fresh.filter((item) => item.id !== alarm.id);
  if (!fits) return { ...desk, fresh };
  return still ? { ...desk, fresh: [alarm, ...fresh] } : { shown: [alarm, ...desk.shown], fresh };
}

/** Let the waiting ones in, newest on top. */
export function admit(desk: Desk): Desk {
  return { shown: [...desk.fresh, ...desk.shown], fresh: [] };
}

/** Take a newly read first page: known rows keep their places, the unknown wait or go on top. */
export function refresh(desk: Desk, page: Alarm[], still: boolean): Desk {
  return page.toReversed().reduce((now, alarm) => take(now, alarm, true, still), desk);
}

export interface Row {
  key: string;
  alarm: Alarm;
  /** How many more of the same storm stand behind this one. */
  others: number;
  /** How many of them came in this list. */
  seen: number;
}

/** Return the rows of a list; of a storm only its first, with the number of the others. */
export function rows(list: Alarm[], grouped: boolean): Row[] {
  const heads = new Map<string, Row>();
  const out: Row[] = [];
  for (const alarm of list) {
    const storm = grouped && alarm.storm ? String(alarm.storm) : "";
    const head = storm ? heads.get(storm) : undefined;
    if (head) {
      head.others = Math.max(head.others, (head.seen += 1));
      continue;
    }
    const row = { key: `a${alarm.id}`, alarm, others: Math.max(0, grouped ? alarm.storm_count - 1 : 0), seen: 0 };
    if (storm) heads.set(storm, row);
    out.push(row);
  }
  return out;
}
