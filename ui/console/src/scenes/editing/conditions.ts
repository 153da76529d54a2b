/** The kinds of condition: what each is written as, how a new one begins, how a tree is built of them. */
import { put, putAll, rowOf, rowsOf, type Json, type Row } from "./table";

export const OPS = ["above", "at_least", "below", "at_most", "equals", "not_equals", "outside"] as const;
export type Op = (typeof OPS)[number];

export const LEAVES = ["limit", "rate", "silence", "event", "count", "time", "mode", "case"] as const;
export const GROUPS = ["all", "any", "not"] as const;
export const KINDS = [...LEAVES, "after", ...GROUPS] as const;
export type Kind = (typeof KINDS)[number];
export type Group = (typeof GROUPS)[number];

/** What a picker knows of a point: enough to begin a condition about it. */
export interface PointKind {
  name: string;
  type: "number" | "integer" | "boolean" | "enum";
  range?: [number, number] | null;
  values?: { value: string | boolean }[];
}

export interface Known {
  points: PointKind[];
  events: { name: string }[];
  modes: { mode: string; values: { value: string }[] }[];
  cases: { kind: string }[];
}

const POINTED = ["point", "event", "silent", "rises", "falls", "count", "within", "while", "where", "of", "hysteresis", ...OPS];

/** Return the kinds that a table holds; several in one table must all be true. */
export function kindsOf(node: Row): Kind[] {
  const found: Kind[] = GROUPS.filter((kind) => kind in node);
  const pointed = pointedKind(node);
  if (pointed) found.push(pointed);
  for (const kind of ["time", "mode", "case", "after"] as const) if (kind in node) found.push(kind);
  return found;
}

function pointedKind(node: Row): Kind | null {
  if ("count" in node) return "count";
  if ("event" in node) return "event";
  if ("silent" in node) return "silence";
  if ("rises" in node || "falls" in node) return "rate";
  return "point" in node || OPS.some((op) => op in node) ? "limit" : null;
}

export const opOf = (node: Row): Op | undefined => OPS.find((op) => op in node);

/** Put another comparison in place of the one there; what was compared with stays where it can. */
export function withOp(node: Row, op: Op, point?: PointKind): Row {
  const before = opOf(node);
  const value = before ? node[before] : undefined;
  const bare = before && before !== op ? put(node, before, undefined) : node;
  return put(op === "not_equals" ? put(bare, "hysteresis", undefined) : bare, op, fitting(op, value, point));
}

function fitting(op: Op, value: Json | undefined, point?: PointKind): Json {
  if (op !== "outside") return Array.isArray(value) ? (value[1] ?? 0) : (value ?? startValue(point));
  if (Array.isArray(value)) return value;
  const high = typeof value === "number" ? value : Number(startValue(point)) || 1;
  const low = point?.range ? point.range[0] : 0;
  return [low < high ? low : high - 1, high];
}

/** A value to begin with: the upper third of what the sensor can show, or the last of its words. */
export function startValue(point?: PointKind): Json {
  if (!point || point.type === "boolean") return 1;
  if (point.type === "enum") return point.values?.at(-1)?.value ?? 0;
  const [low, high] = point.range ?? [0, 100];
  const third = low + ((high - low) * 2) / 3;
  const step = 10 ** Math.max(0, Math.floor(Math.log10(Math.max(1, high - low))) - 1);
  return Math.round(third / step) * step;
}

/** The comparison that a point begins with: words are equal or not, figures go above. */
export function startOp(point?: PointKind): Op {
  return point && (point.type === "boolean" || point.type === "enum") ? "equals" : "above";
}

/** Begin a condition of a kind, about what the community really has. */
export function fresh(kind: Kind, known: Known, point?: PointKind): Row {
  const about = point ?? known.points.find((one) => one.type === "number") ?? known.points[0];
  const name = about?.name ?? "";
  const [mode] = known.modes;
  switch (kind) {
    case "limit":
      return { point: name, [startOp(about)]: startValue(about) };
    case "rate":
      return { point: name, rises: 5, within: "5m" };
    case "silence":
      return { point: name, silent: "30m" };
    case "event":
      return { event: known.events[0]?.name ?? "" };
    case "count":
      return known.events[0] && !point ? { event: known.events[0].name, count: 3, within: "10m" } : { point: name, [startOp(about)]: startValue(about), count: 3, within: "10m" };
    case "time":
      return { time: { from: "22:00", to: "06:00", days: "all" } };
    case "mode":
      return { mode: { [mode?.mode ?? "home"]: mode?.values[0]?.value ?? "away" } };
    case "case":
      return { case: known.cases[0]?.kind ?? "", open: true };
    case "after":
      return { after: "10m" };
    case "not":
      return { not: fresh("limit", known, point) };
    default:
      return { [kind]: [fresh("limit", known, point), fresh("time", known)] };
  }
}

/** Make another kind of it; the point, where it looks, and the hold stay where they mean something. */
export function turned(node: Row, kind: Kind, known: Known): Row {
  const pointed = (one: Kind) => ["limit", "rate", "silence", "count"].includes(one);
  const [before] = kindsOf(node);
  if (before === kind) return node;
  const group = GROUPS.includes(kind as Group);
  const point = known.points.find((one) => one.name === node.point);
  if (group) return grouped(node, kind as Group);
  const next = fresh(kind, known, pointed(kind) ? point : undefined);
  if (before === "limit" && kind === "count" && opOf(node)) return putAll(node, { count: 3, within: "10m", hysteresis: undefined });
  if (before === "event" && kind === "count") return putAll(node, { count: 3, within: "10m" });
  return putAll(next, { where: pointed(kind) ? node.where : undefined, of: pointed(kind) ? node.of : undefined, hold: node.hold });
}

/** Put a condition into a group of its own; a group becomes the other kind of group. */
export function grouped(node: Row, group: Group): Row {
  const [before] = kindsOf(node);
  const many = before === "all" || before === "any";
  if (group === "not") return before === "not" ? node : { not: node };
  if (before === "not") return { [group]: [rowOf(node.not)], ...(node.hold ? { hold: node.hold } : {}) };
  return many && kindsOf(node).length === 1 ? renamed(node, before, group) : { [group]: [node] };
}

function renamed(node: Row, from: string, to: string): Row {
  return Object.fromEntries(Object.entries(node).map(([key, value]) => [key === from ? to : key, value]));
}

/** Add a condition beside one: into its group, or into a new group that holds both. */
export function joined(node: Row, group: "all" | "any", added: Row): Row {
  const kinds = kindsOf(node);
  if (!kinds.length) return added;
  if (kinds.length === 1 && kinds[0] === group) return put(node, group, [...rowsOf(node[group]), added]);
  return { [group]: [node, added] };
}

/** Take one part out of a group; a group of one that adds nothing is the one itself. */
export function without(node: Row, group: "all" | "any", at: number): Row {
  const left = rowsOf(node[group]).filter((_, index) => index !== at);
  const bare = Object.keys(node).length === 1;
  return left.length === 1 && bare ? (left[0] as Row) : put(node, group, left);
}

/** Write several kinds of one table as parts of one group, so that each stands alone. */
export function split(node: Row): Row {
  const { hold, ...rest } = node;
  const kinds = kindsOf(rest);
  if (kinds.length < 2) return node;
  const parts = kinds.map((kind) => {
    if (kind === "case") return Object.fromEntries(["case", "open"].filter((key) => key in rest).map((key) => [key, rest[key] as Json]));
    if (kind === "mode") return Object.fromEntries(["mode", "since"].filter((key) => key in rest).map((key) => [key, rest[key] as Json]));
    if (kind in rest && !POINTED.includes(kind)) return { [kind]: rest[kind] as Json };
    return Object.fromEntries(Object.entries(rest).filter(([key]) => POINTED.includes(key)));
  });
  const { all, ...others } = { all: parts.flatMap((part) => ("all" in part ? rowsOf(part.all) : [part])) };
  return { all, ...others, ...(hold === undefined ? {} : { hold }) };
}

/** Return every leaf of a tree, with the point it is about where it names none of its own. */
export function leavesOf(node: Row): Row[] {
  const inner = [...rowsOf(node.all), ...rowsOf(node.any), ...("not" in node ? [rowOf(node.not)] : [])];
  const own = kindsOf(node).some((kind) => !GROUPS.includes(kind as Group));
  return [...(own ? [node] : []), ...inner.flatMap(leavesOf)];
}

const OTHER_SIDE: Partial<Record<Op, Op>> = { above: "below", at_least: "below", below: "above", at_most: "above" };
const BACK = 0.8;

/** Begin a condition that ends what another began: the same point, well back on the other side of its limit. */
export function contrary(when: Row, known: Known): Row {
  const limit = leavesOf(when).find((leaf) => kindsOf(leaf).includes("limit") && typeof leaf.point === "string" && !("where" in leaf));
  const op = limit && opOf(limit);
  if (!limit || !op) return { after: "10m" };
  const point = known.points.find((one) => one.name === limit.point);
  const value = limit[op] as Json;
  const other = OTHER_SIDE[op];
  if (other && typeof value === "number") {
    const by = point?.range ? Math.abs(value) * (1 - BACK) || (point.range[1] - point.range[0]) / 50 : Math.abs(value) * (1 - BACK) || 1;
    return { point: limit.point as string, [other]: Number((value + (other === "below" ? -by : by)).toFixed(2)), hold: "1m" };
  }
  if (Array.isArray(value)) return { not: { point: limit.point as string, outside: value }, hold: "1m" };
  return { point: limit.point as string, [op === "not_equals" ? "equals" : "not_equals"]: value, hold: "1m" };
}

/** The point that limits in [clear] are about when they name none: the first of [when]. */
export function firstPoint(when: Row): string {
  const found = leavesOf(when).find((leaf) => typeof leaf.point === "string" && !("silent" in leaf));
  return typeof found?.point === "string" ? found.point : "";
}
