/** Two stories made from the conditions themselves: one in which they come true, one in which they do not.
 *  What is expected is not guessed here: the engine tells what it did. */
import { firstPoint, kindsOf, leavesOf, opOf, type PointKind } from "./conditions";
import { secondsOf, spanOf } from "./spans";
import { fullName } from "./stories";
import { isRow, rowOf, rowsOf, textOf, type Json, type Row } from "./table";

interface Line {
  at_s: number;
  what: string;
  /** Need not be said where another part of the condition says otherwise of the same: it is so in the beginning by itself. */
  soft?: boolean;
}

interface Course {
  lines: Line[];
  /** Seconds after its start at which it is as wanted. */
  takes_s: number;
}

export interface Known {
  points: PointKind[];
  modes: { mode: string; values: { value: string }[] }[];
}

const START_S = 60;
const DAY_MIN = 1440;
const NONE: Course = { lines: [], takes_s: 0 };

/** Return the lines of a story in which the scene acts and, where it can, ends again. */
export function acting(table: Row, known: Known): string[] {
  const when = rowOf(table.when);
  const maker = new Maker(known, firstPoint(when));
  const quiet = maker.course(when, false, 0);
  const begins = maker.course(when, true, START_S);
  const acted_s = START_S + begins.takes_s + pending(table);
  const ends = ending(table, maker, acted_s + START_S);
  const last_s = acted_s + START_S + ends.takes_s + 1;
  return [...clock(when, true), ...written([...quiet.lines, ...begins.lines, ...ends.lines, { at_s: last_s, what: "nothing" }])];
}

/** Return the lines of a story in which it rightly does nothing: a moment too short, too soon, or not enough. */
export function resting(table: Row, known: Known): string[] {
  const when = rowOf(table.when);
  const maker = new Maker(known, firstPoint(when), delayed(when));
  const quiet = maker.course(when, false, 0);
  if (maker.early) return soon(when, maker, quiet.lines);
  const { lines, takes_s } = maker.course(when, true, START_S);
  const back_s = START_S + Math.floor(takes_s / 2);
  const brief = takes_s >= 2 ? [...lines.filter((line) => line.at_s < back_s), ...maker.course(when, false, back_s).lines] : [];
  const last_s = START_S + takes_s + 60;
  return [...clock(when, takes_s >= 2), ...written([...quiet.lines, ...brief, { at_s: last_s, what: "nothing" }])];
}

/** Whether something must happen once a mode has been so for a while: somebody has time to leave, or to come in. */
function delayed(when: Row): boolean {
  const leaves = needed(when);
  return leaves.some((leaf) => lasted(rowOf(leaf.while)) > 0) || (leaves.some((leaf) => lasted(leaf) > 0) && leaves.some(momentary));
}

/** The leaves that must be so, not those that must not. */
function needed(node: Row): Row[] {
  const inner = [...rowsOf(node.all), ...rowsOf(node.any)];
  return inner.length ? inner.flatMap(needed) : leavesOf(node).filter((leaf) => leaf === node);
}

/** It happens, while the mode has not been so for long enough. */
function soon(when: Row, maker: Maker, quiet: Line[]): string[] {
  const { lines, takes_s } = maker.course(when, true, START_S);
  const last_s = Math.max(START_S + takes_s, ...lines.map((line) => line.at_s)) + 60;
  return [...clock(when, true), ...written([...quiet, ...lines, { at_s: last_s, what: "nothing" }])];
}

/** The longest wait of a step: it is given time to be done. */
function pending(table: Row): number {
  return Math.max(0, ...rowsOf(table.do).map((step) => secondsOf(textOf(step.after)) ?? 0));
}

function ending(table: Row, maker: Maker, at_s: number): Course {
  const [when, clear] = [rowOf(table.when), table.clear];
  if (!isRow(clear)) return maker.course(when, false, at_s);
  if (Object.keys(clear).join() === "hold") {
    const over = maker.course(when, false, at_s);
    return { lines: over.lines, takes_s: over.takes_s + held(clear) };
  }
  const quiet = maker.course(when, false, at_s).lines;
  const over = maker.course(clear, true, at_s);
  const named = new Set(over.lines.map(subject));
  return { lines: [...quiet.filter((line) => !named.has(subject(line))), ...over.lines], takes_s: over.takes_s };
}

const held = (node: Row): number => secondsOf(textOf(node.hold)) ?? 0;
/** What a line is about: one mode, one point, one kind of case; an event is about itself. */
function subject({ what }: Line): string {
  if (what.startsWith("event ")) return what;
  return what.replace(what.startsWith("mode ") ? /=\S+$/ : / \S+$/, "");
}
const lasted = (node: Row): number => secondsOf(textOf(node.since)) ?? 0;
/** The parts of which one need not be so: not that a mode has only begun, where there are others. */
const lacking = (parts: Row[]): Row[] => {
  const others = parts.filter((part) => !lasted(rowOf(part.not)));
  return others.length ? others : parts;
};
const MOMENTARY = ["event", "count"];
const momentary = (node: Row): boolean => kindsOf(node).some((kind) => MOMENTARY.includes(kind));

class Maker {
  constructor(
    readonly known: Known,
    readonly point: string,
    /** What happens comes before a mode has lasted as long as it must. */
    readonly early = false,
  ) {}

  /** Return what must be said from a time on to make a condition true, or untrue. */
  course(node: Row, want: boolean, at_s: number): Course {
    const kinds = kindsOf(node);
    const whole = this.settled(kinds, (kind) => MOMENTARY.includes(kind), want, at_s, (kind, from_s) => this.part(kind, node, want, from_s));
    return want ? { ...whole, takes_s: whole.takes_s + held(node) } : whole;
  }

  private part(kind: string, node: Row, want: boolean, at_s: number): Course {
    if (kind === "not") return this.course(rowOf(node.not), !want, at_s);
    if (kind === "all") return this.settled(want ? rowsOf(node.all) : lacking(rowsOf(node.all)), momentary, want, at_s, (one, from_s) => this.course(one, want, from_s));
    if (kind === "any") return this.either(rowsOf(node.any), want, at_s);
    return this.leaf(kind, node, want, at_s);
  }

  /** Return the course of parts that must be true together: what only happens comes once the others have lasted as long as they must. */
  private settled<Part>(parts: Part[], happens: (part: Part) => boolean, want: boolean, at_s: number, make: (part: Part, at_s: number) => Course): Course {
    const lasting = together(parts.filter((part) => !want || !happens(part)).map((part) => make(part, at_s)));
    if (!want) return lasting;
    const wait_s = this.waited(lasting.takes_s);
    const happening = parts.filter(happens).map((part) => later(make(part, at_s + wait_s), wait_s));
    return together([lasting, ...happening]);
  }

  /** Return when something happens that needs a mode or a state to have lasted so long: a moment after, or too soon. */
  private waited(since_s: number): number {
    if (!since_s) return 0;
    return this.early ? Math.floor(since_s / 2) : since_s + 1;
  }

  private either(parts: Row[], want: boolean, at_s: number): Course {
    if (!want) return together(parts.map((one) => this.course(one, false, at_s)));
    return parts[0] ? this.course(parts[0], true, at_s) : NONE;
  }

  private leaf(kind: string, node: Row, want: boolean, at_s: number): Course {
    const name = textOf(node.point) || this.point;
    switch (kind) {
      case "limit":
        return { lines: this.devices(node).map((n) => this.reading(at_s, name, n, this.value(node, name, want))), takes_s: 0 };
      case "rate":
        return this.rate(node, name, want, at_s);
      case "silence":
        return this.silence(node, name, want, at_s);
      case "event":
        return want ? { lines: this.devices(node).map((n) => event(at_s, textOf(node.event), n)), takes_s: 0 } : NONE;
      case "count":
        return this.count(node, name, want, at_s);
      default:
        return this.around(kind, node, want, at_s);
    }
  }

  private around(kind: string, node: Row, want: boolean, at_s: number): Course {
    if (kind === "mode") return this.modes(node, want, at_s);
    if (kind === "case") return { lines: [{ at_s, what: `case ${textOf(node.case)} ${want === (node.open !== false) ? "open" : "closed"}` }], takes_s: 0 };
    return kind === "after" && want ? { lines: [], takes_s: secondsOf(textOf(node.after)) ?? 0 } : NONE;
  }

  private modes(node: Row, want: boolean, at_s: number): Course {
    const soft = !want && lasted(node) > 0;
    const lines = Object.entries(rowOf(node.mode)).map(([mode, value]) => ({ at_s, what: `mode ${mode}=${this.mode(mode, value, want)}`, soft }));
    return { lines, takes_s: want ? lasted(node) : 0 };
  }

  /** The devices that must speak: the others near by where it looks around, as many as it asks for. */
  private devices(node: Row): number[] {
    const many = typeof node.of === "number" ? node.of : 1;
    const first = textOf(node.where) && textOf(node.where) !== "same device" ? 2 : 1;
    return Array.from({ length: many }, (_, index) => first + index);
  }

  private reading(at_s: number, name: string, which: number, value: Json): Line {
    return { at_s, what: `${which > 1 ? `${name}@${which}` : name} ${String(value)}` };
  }

  private rate(node: Row, name: string, want: boolean, at_s: number): Course {
    const within_s = secondsOf(textOf(node.within)) ?? 60;
    const rises = typeof node.rises === "number";
    const by = Number(node.rises ?? node.falls ?? 1);
    const [low, high] = this.kind(name)?.range ?? [0, by * 4];
    const from = rises ? neat(low + (high - low) / 4) : neat(high - (high - low) / 4);
    if (!want) return { lines: [this.reading(at_s, name, 1, from)], takes_s: 0 };
    const half_s = Math.max(1, Math.floor(within_s / 2));
    const to = Math.min(high, Math.max(low, neat(from + (rises ? by : -by) * 1.2)));
    return { lines: [this.reading(at_s, name, 1, from), this.reading(at_s + half_s, name, 1, to)], takes_s: half_s };
  }

  private silence(node: Row, name: string, want: boolean, at_s: number): Course {
    const silent_s = secondsOf(textOf(node.silent)) ?? 60;
    const value = this.kind(name)?.range?.[0] ?? 1;
    const spoken = name ? [this.reading(at_s, name, 1, value)] : [];
    return want ? { lines: [...spoken, { at_s: at_s + silent_s, what: "silence" }], takes_s: silent_s } : { lines: spoken, takes_s: 0 };
  }

  private count(node: Row, name: string, want: boolean, at_s: number): Course {
    const around = isRow(node.while) ? this.modes(node.while, want, at_s) : NONE;
    const wait_s = want ? this.waited(around.takes_s) : 0;
    return together([around, later(this.counted(node, name, want, at_s + wait_s), wait_s)]);
  }

  private counted(node: Row, name: string, want: boolean, at_s: number): Course {
    if (!want) return node.event ? NONE : { lines: [this.reading(at_s, name, 1, this.value(node, name, false))], takes_s: 0 };
    const times = Number(node.count) || 1;
    const gap_s = Math.max(2, Math.floor((secondsOf(textOf(node.within)) ?? 60) / (times + 1)));
    const lines = Array.from({ length: times }, (_, index) => {
      const now_s = at_s + index * gap_s;
      if (node.event) return [event(now_s, textOf(node.event), this.devices(node)[0] ?? 1)];
      return [this.reading(now_s, name, 1, this.value(node, name, true)), this.reading(now_s + gap_s / 2, name, 1, this.value(node, name, false))];
    });
    return { lines: lines.flat(), takes_s: (times - 1) * gap_s };
  }

  private kind(name: string): PointKind | undefined {
    const names = this.known.points.map((one) => one.name);
    return this.known.points.find((one) => one.name === fullName(name, names));
  }

  private value(node: Row, name: string, want: boolean): Json {
    return limitValue(node, want, this.kind(name));
  }

  private mode(mode: string, value: Json, want: boolean): string {
    const asked = Array.isArray(value) ? value.map(String) : [String(value)];
    if (want) return asked[0] ?? "";
    return this.known.modes.find((one) => one.mode === mode)?.values.find((one) => !asked.includes(one.value))?.value ?? "none";
  }
}

function event(at_s: number, name: string, which: number): Line {
  return { at_s, what: `event ${which > 1 ? `${name}@${which}` : name}` };
}

function together(parts: Course[]): Course {
  const lines = agreed(parts.flatMap((part) => part.lines));
  return { lines, takes_s: Math.max(0, ...parts.map((part) => part.takes_s)) };
}

/** Of two lines about one mode at one time, keep that which must be said, else the first. */
function agreed(lines: Line[]): Line[] {
  const chosen = new Map<string, Line>();
  for (const line of lines.filter(({ what }) => what.startsWith("mode "))) {
    const key = `${line.at_s} ${subject(line)}`;
    const before = chosen.get(key);
    if (!before || (before.soft && !line.soft)) chosen.set(key, line);
  }
  return lines.filter((line) => !line.what.startsWith("mode ") || chosen.get(`${line.at_s} ${subject(line)}`) === line);
}

const later = (course: Course, by_s: number): Course => ({ ...course, takes_s: course.takes_s + by_s });

/** Return a value that meets a limit clearly, or misses it clearly, within what the sensor can show. */
export function limitValue(node: Row, want: boolean, point?: PointKind): Json {
  const op = opOf(node) ?? "above";
  const limit = node[op] ?? 0;
  const range = point?.type === "boolean" ? ([0, 1] as [number, number]) : (point?.range ?? null);
  if (op === "equals" || op === "not_equals") {
    const is = want === (op === "equals");
    if (typeof limit === "boolean" || point?.type === "boolean") return Number(is === Boolean(limit));
    return is ? limit : other(limit, point);
  }
  if (point?.type === "enum" || typeof limit === "string") return ranked(op, limit, want, point);
  if (Array.isArray(limit)) {
    const [low = 0, high = 1] = limit.map(Number);
    const beyond = beside(high, 1, range);
    return want ? (beyond > high ? beyond : beside(low, -1, range)) : neat((low + high) / 2);
  }
  const up = op === "above" || op === "at_least";
  const slack = want ? 0 : Number(node.hysteresis ?? 0);
  return beside(Number(limit) + (up ? -slack : slack), want === up ? 1 : -1, range);
}

function other(limit: Json, point?: PointKind): Json {
  const values = point?.values?.map((one) => String(one.value)) ?? [];
  if (values.length) return values.find((one) => one !== limit) ?? limit;
  return Number(limit) + (Number(limit) >= (point?.range?.[1] ?? Infinity) ? -1 : 1);
}

/** Words of a point have an order: `at_least = "high"`. */
function ranked(op: string, limit: Json, want: boolean, point?: PointKind): Json {
  const values = point?.values?.map((one) => String(one.value)) ?? [];
  const at = typeof limit === "number" ? limit : values.indexOf(String(limit));
  const strict = op === "above" || op === "below";
  const up = op === "above" || op === "at_least";
  const step = want === up ? 1 : -1;
  return values[want ? at + (strict ? step : 0) : at + (strict ? 0 : step)] ?? limit;
}

function beside(limit: number, way: 1 | -1, range: [number, number] | null): number {
  const room = range ? (way > 0 ? range[1] - limit : limit - range[0]) : Infinity;
  const step = Math.max(Math.abs(limit) * 0.2, range ? (range[1] - range[0]) * 0.01 : 1);
  return neat(limit + way * Math.min(step, room > 0 ? room / (room < step ? 2 : 1) : 0));
}

/** Round to what a person would write: 36.8, 144, 0.25. */
export function neat(value: number): number {
  if (value === 0) return 0;
  const digits = Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 1 ? 1 : 3;
  return Number(value.toFixed(digits));
}

/** Where hours matter, the story starts in them, or outside them. */
function clock(when: Row, inside: boolean): string[] {
  const time = leavesOf(when).find((leaf) => isRow(leaf.time))?.time;
  if (!isRow(time)) return [];
  const minutes = (text: string) => text.split(":").reduce((sum, part) => sum * 60 + Number(part), 0);
  const [from, to] = [minutes(textOf(time.from) || "00:00"), minutes(textOf(time.to) || "24:00")];
  const at = ((inside ? from + 5 : to + 30) + DAY_MIN) % DAY_MIN;
  const day = textOf(time.days).split(",")[0] ?? "";
  const hour = `${String(Math.floor(at / 60)).padStart(2, "0")}:${String(at % 60).padStart(2, "0")}`;
  return [`${day && day !== "all" ? `${day} ` : ""}${hour} clock`];
}

/** One line for each thing at each time, the last word counting; in their order. */
function written(lines: Line[]): string[] {
  const kept = new Map(lines.map((line) => [`${line.at_s} ${subject(line)}`, line]));
  return [...kept.values()].sort((a, b) => a.at_s - b.at_s).map((line) => `${spanOf(line.at_s)} ${line.what}`);
}
