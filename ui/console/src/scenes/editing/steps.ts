/** What a scene does: the five kinds of step, and how a new one begins. */
import { isRow, type Json, type Row } from "./table";

export const STEPS = ["command", "case", "notify", "broadcast", "mode"] as const;
export type StepKind = (typeof STEPS)[number];

export interface Doable {
  services: { name: string; inverse?: string | null; args: { name: string; type: string; required?: boolean; range?: [number, number] | null }[] }[];
  modes: { mode: string; values: { value: string }[] }[];
  cases: { kind: string }[];
  people: { id: string }[];
}

export function stepKind(step: Row): StepKind | null {
  return STEPS.find((kind) => kind in step) ?? null;
}

const SAID: Row = { zh: "{place} {device}：{value}（限值 {limit}）", en: "{place} {device}: {value} (limit {limit})" };

/** Return what a service must be told, each with something to begin with. */
export function startArguments(args: Doable["services"][number]["args"]): Row {
  const needed = args.filter((one) => one.required);
  return Object.fromEntries(needed.map((one) => [one.name, startArgument(one.type, one.range ?? null)]));
}

function startArgument(type: string, range: [number, number] | null): Json {
  if (type === "text") return "…";
  if (type === "boolean") return true;
  return range ? range[0] : 0;
}

/** Begin a step of a kind. */
export function freshStep(kind: StepKind, known: Doable): Row {
  const [mode] = known.modes;
  const who = known.people.find((one) => one.id === "guard")?.id ?? known.people[0]?.id ?? "guard";
  switch (kind) {
    case "command":
      return withService({ command: "" }, known.services[0]?.name ?? "", known);
    case "case":
      return { case: known.cases[0]?.kind ?? "", to: who, within: "30m" };
    case "notify":
      return { notify: who, text: SAID };
    case "broadcast":
      return { broadcast: { zh: "", en: "" }, where: "same building" };
    case "mode":
      return { mode: { [mode?.mode ?? "home"]: mode?.values[0]?.value ?? "away" } };
  }
}

/** Put another service into a command: its arguments begin anew; where it has no way back, nothing is undone. */
export function withService(step: Row, name: string, known: Doable): Row {
  const service = known.services.find((one) => one.name === name);
  const args = startArguments(service?.args ?? []);
  const inverse = known.services.find((one) => one.name === service?.inverse);
  const { args: _args, undo: _undo, ...rest } = step;
  const stays: Row = inverse?.args.some((one) => one.required) ? { undo: false } : {};
  return { ...rest, command: name, ...(Object.keys(args).length ? { args } : {}), ...stays };
}

/** Return what the stories may expect of these steps: what each says when it acts, and when it is undone. */
export function phrasesOf(table: Row, known: Pick<Doable, "services">): string[] {
  const steps = Array.isArray(table.do) ? table.do.filter(isRow) : [];
  const raised = table.alarm === false ? [] : ["alarm raised", "alarm cleared"];
  return [...new Set([...raised, ...steps.flatMap((step) => phrases(step, known))])];
}

function phrases(step: Row, known: Pick<Doable, "services">): string[] {
  switch (stepKind(step)) {
    case "command": {
      const inverse = known.services.find((one) => one.name === step.command)?.inverse;
      return [String(step.command), ...(inverse && step.undo !== false ? [inverse] : [])];
    }
    case "case":
      return ["case opened"];
    case "broadcast":
      return ["broadcast"];
    case "notify":
      return [`notify ${String(step.notify)}`];
    case "mode":
      return isRow(step.mode) ? Object.entries(step.mode).map(([mode, value]) => `mode ${mode}=${String(value)}`) : [];
    default:
      return [];
  }
}
