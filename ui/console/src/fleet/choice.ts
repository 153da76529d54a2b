/** Rows that a person chose: one by one, or a stretch from the one chosen before. */
import { shallowRef, type ShallowRef } from "vue";

export interface Choice {
  chosen: ShallowRef<ReadonlySet<string>>;
  /** Choose or let go; `stretch` does the same to all between the last one and this. */
  turn: (code: string, listed: readonly string[], stretch: boolean) => void;
  all: (listed: readonly string[]) => void;
  none: () => void;
}

function between(listed: readonly string[], one: string, other: string): readonly string[] {
  const [a, b] = [listed.indexOf(one), listed.indexOf(other)];
  return a < 0 || b < 0 ? [other] : listed.slice(Math.min(a, b), Math.max(a, b) + 1);
}

export function useChoice(): Choice {
  const chosen = shallowRef<ReadonlySet<string>>(new Set());
  let last = "";

  function turn(code: string, listed: readonly string[], stretch: boolean): void {
    const next = new Set(chosen.value);
    const on = !next.has(code);
    const meant = stretch && last ? between(listed, last, code) : [code];
    meant.forEach((one) => (on ? next.add(one) : next.delete(one)));
    chosen.value = next;
    last = code;
  }

  return {
    chosen,
    turn,
    all: (listed) => (chosen.value = new Set([...chosen.value, ...listed])),
    none: () => (chosen.value = new Set()),
  };
}
