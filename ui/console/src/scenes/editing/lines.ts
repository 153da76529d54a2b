/** Where in a TOML text a place of its table stands. Lines count from 1. */
import { placeOf } from "./problems";

const HEAD = /^\s*\[{1,2}\s*([A-Za-z0-9_.-]+)\s*\]{1,2}/;

/** Return the line that a place stands on: its key where it can be found, else the head of its section. */
export function lineOf(text: string, where: string, message = ""): number | null {
  const said = /\bline (\d+)/.exec(message);
  if (said) return Number(said[1]);
  if (!where) return null;
  const lines = text.split("\n");
  const steps = placeOf(where).split(".");
  const [start, end, depth] = section(lines, steps);
  const key = steps.slice(depth).findLast((step) => !/^\d+$/.test(step));
  if (key) {
    const found = keyed(lines, key, start, end, steps.slice(depth));
    if (found !== null) return found;
  }
  if (start > 0) return start;
  const named = lines.findIndex((line) => line.includes(where));
  return named < 0 ? null : named + 1;
}

/** Return the first and last line of a section, and how many steps of the way lead to it. */
function section(lines: string[], steps: string[]): [number, number, number] {
  const [name = "", index = ""] = steps;
  const nth = /^\d+$/.test(index) ? Number(index) : 0;
  let seen = -1;
  const first = lines.findIndex((line) => HEAD.exec(line)?.[1] === name && (seen += 1) === nth);
  if (first < 0) return [0, lines.findIndex((line) => HEAD.test(line)) >>> 0, 0];
  const next = lines.findIndex((line, at) => at > first && HEAD.test(line));
  return [first + 1, next < 0 ? lines.length : next, /^\d+$/.test(index) ? 2 : 1];
}

/** A key may stand at the head of its line, or within a table in a line; of several the nth counts. */
function keyed(lines: string[], key: string, start: number, end: number, steps: string[]): number | null {
  const nth = Number(steps.findLast((step) => /^\d+$/.test(step)) ?? 0);
  const form = new RegExp(`(^|[{,\\s])"?${key.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")}"?\\s*=`);
  const found = lines.slice(start, Math.min(end, lines.length)).flatMap((line, at) => (form.test(line) ? [start + at + 1] : []));
  return found[nth] ?? found.at(-1) ?? null;
}
