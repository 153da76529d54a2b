/** Raw frames as an engineer reads them: bytes in groups, and what they say as a tree. */
import type { Frame } from "@linli/api";
import { words } from "@/use/language";

export interface Field {
  key: string;
  /** What the field says; empty where it has parts. */
  text: string;
  parts: Field[];
  bad: boolean;
}

const EACH = 8;

/** Return the bytes of a frame in groups of eight, each a line of pairs. */
export function grouped(data: string): string[] {
  const bytes = data.trim().split(/\s+/).filter(Boolean);
  const out: string[] = [];
  for (let at = 0; at < bytes.length; at += EACH) out.push(bytes.slice(at, at + EACH).join(" "));
  return out;
}

const isWords = (value: unknown): value is { zh: string; en: string } =>
  typeof value === "object" && value !== null && "zh" in value && "en" in value;

const plain = (value: unknown) => value === null || typeof value !== "object";

function said(value: unknown): string {
  if (value === null || value === undefined) return "—";
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

function field(key: string, value: unknown, name: unknown): Field {
  const bad = key === "error" && value !== null && value !== "";
  if (isWords(value)) return { key, text: words(value), parts: [], bad };
  if (plain(value)) return { key, text: isWords(name) ? `${said(value)} ${words(name)}` : said(value), parts: [], bad };
  if (Array.isArray(value) && value.every(plain)) return { key, text: value.map(said).join(", ") || "—", parts: [], bad };
  const inside = Array.isArray(value) ? value.map((one, i) => field(String(i + 1), one, null)) : fields(value as Record<string, unknown>);
  return { key, text: "", parts: inside, bad };
}

/** Return what a frame says, in its own order; a code and its name (`cmd`, `cmd_name`) are one field. */
export function fields(decoded: Record<string, unknown>): Field[] {
  const named = (key: string) => key.endsWith("_name") && key.slice(0, -5) in decoded && isWords(decoded[key]);
  return Object.entries(decoded)
    .filter(([key]) => !named(key))
    .map(([key, value]) => field(key, value, decoded[`${key}_name`]));
}

export const isBad = (frame: Frame) => Boolean(frame.decoded.error);

const TELLING = ["error", "cmd_name", "type_name", "function", "di_name", "di", "action", "method", "state", "value"];

/** Say in a line what a frame is: its error, else the fields that tell most. */
export function gist(frame: Frame, most = 3): string {
  const decoded = frame.decoded;
  if (isBad(frame)) return said(decoded.error);
  const told = TELLING.filter((key) => key in decoded && (plain(decoded[key]) || isWords(decoded[key])));
  if (!told.length) return bare(decoded);
  return told.slice(0, most).map((key) => (isWords(decoded[key]) ? words(decoded[key]) : said(decoded[key]))).join(" · ");
}

const ADDRESSING = new Set(["tid", "unit", "bytes"]);
const LONGEST = 48;

/** Say a frame that has none of the telling fields by those it has, each with its name. */
function bare(decoded: Record<string, unknown>): string {
  const told = fields(decoded).filter(({ key, text }) => text && !ADDRESSING.has(key));
  const short = (text: string) => (text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text);
  return told.slice(0, 4).map(({ key, text }) => `${key} ${short(text)}`).join(" · ");
}

/** Return a frame as text to send to somebody. */
export function asText(frame: Frame): string {
  return [`${frame.at} ${frame.way} ${frame.size} B`, frame.data, JSON.stringify(frame.decoded)].join("\n");
}
