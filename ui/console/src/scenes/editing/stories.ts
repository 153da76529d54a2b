/** Stories as rows of a table: read from their lines and written back; a line that nobody touched stays as it is. */
import type { Json, Row } from "./table";

export type GivenKind = "reading" | "event" | "mode" | "case" | "line" | "nothing" | "clock" | "other";

export interface Given {
  at: string;
  kind: GivenKind;
  name: string;
  which: number;
  value: string;
}

const NAME = "([^\\s@=]+)(?:@([1-9]\\d*))?";
const FORMS: [GivenKind, RegExp][] = [
  ["nothing", /^(nothing|silence)$/],
  ["line", /^(?:@([1-9]\d*) )?(offline|online)$/],
  ["mode", /^mode ([^\s=]+)=(\S+)$/],
  ["case", /^case (\S+) (open|opened|closed)$/],
  ["event", new RegExp(`^event ${NAME}$`)],
  ["event", new RegExp(`^${NAME}$`)],
  ["reading", new RegExp(`^${NAME} (\\S+)$`)],
];

/** Read one line of `given`. */
export function readGiven(line: string): Given {
  const parts = line.trim().split(/\s+/);
  const blank = { at: "", kind: "other", name: "", which: 1, value: line } as const;
  if (parts.at(-1)?.toLowerCase() === "clock") return { ...blank, kind: "clock", value: parts.slice(0, -1).join(" ") };
  const [at = "", ...rest] = parts;
  const said = rest.join(" ");
  for (const [kind, form] of FORMS) {
    const found = form.exec(said);
    if (found) return { at, kind, ...partsOf(kind, found) };
  }
  return { ...blank, at };
}

function partsOf(kind: GivenKind, [, first = "", second = "", third = ""]: RegExpExecArray): Pick<Given, "name" | "which" | "value"> {
  if (kind === "nothing") return { name: "", which: 1, value: first };
  if (kind === "line") return { name: "", which: Number(first) || 1, value: second };
  if (kind === "mode" || kind === "case") return { name: first, which: 1, value: second };
  return { name: first, which: Number(second) || 1, value: kind === "event" ? "" : third };
}

/** Write one line of `given`. */
export function writeGiven({ at, kind, name, which, value }: Given): string {
  const device = which > 1 ? `${name}@${which}` : name;
  switch (kind) {
    case "clock":
      return `${value} clock`.trim();
    case "nothing":
      return `${at} ${value || "nothing"}`;
    case "line":
      return which > 1 ? `${at} @${which} ${value}` : `${at} ${value}`;
    case "mode":
      return `${at} mode ${name}=${value}`;
    case "case":
      return `${at} case ${name} ${value}`;
    case "event":
      return `${at} event ${device}`;
    case "reading":
      return `${at} ${device} ${value}`;
    default:
      return value;
  }
}

/** Return the full name that a story's prefix means; the prefix itself where it means none or several. */
export function fullName(prefix: string, names: readonly string[]): string {
  if (names.includes(prefix)) return prefix;
  const fitting = names.filter((name) => name.startsWith(prefix));
  return fitting.length === 1 ? (fitting[0] as string) : prefix;
}

export interface Then {
  at: string;
  phrase: string;
}

export function readThen(line: string): Then {
  const [at = "", ...rest] = line.trim().split(/\s+/);
  return { at, phrase: rest.join(" ") };
}

export const writeThen = ({ at, phrase }: Then): string => `${at} ${phrase}`;

export interface Story {
  title: Json;
  given: string[];
  then: string[];
}

const linesOf = (value: Json | undefined): string[] => (Array.isArray(value) ? value.filter((one) => typeof one === "string") : []);

export function storiesOf(table: Row): Story[] {
  const rows = Array.isArray(table.story) ? table.story : [];
  return rows.map((row) => {
    const one = (typeof row === "object" && row !== null && !Array.isArray(row) ? row : {}) as Row;
    return { title: one.title ?? "", given: linesOf(one.given), then: linesOf(one.then) };
  });
}

/** Return the stories of a table with those that are wanting put behind them, so that it can be run already. */
export function padded(table: Row): Row {
  const rows = Array.isArray(table.story) ? table.story : [];
  const title = { zh: "…", en: "…" };
  const more = wanting(storiesOf(table)).map((kind) => ({ title, given: ["0s nothing"], then: kind === "acts" ? ["0s alarm raised"] : [] }));
  return { ...table, story: [...rows, ...more] };
}

/** Tell what the stories of a scene still want: one in which it acts, one in which it rightly does not. */
export function wanting(stories: readonly Story[]): ("acts" | "rests")[] {
  const acts = stories.some((story) => story.then.length);
  const rests = stories.some((story) => !story.then.length);
  return [...(acts ? [] : (["acts"] as const)), ...(rests ? [] : (["rests"] as const))];
}
