/** The form of a protocol's options: texts that people fill in, and what the server takes. */
import type { Option, Protocol } from "@linli/api";

/** What stands for a secret that is set; sent back it stays as it is. */
export const MASKED = "•••";
/** The option that names a table of the catalogue; every protocol with tables has it. */
export const MAP = "map";

export type Filled = Record<string, string>;

type Form = "yesno" | "number" | "whole" | "json" | "text";

const TEXTS = new Set(["str", "Literal", "Union", "Optional"]);

/** Return how an option is filled in, from its type as the server spells it. */
export function formOf(option: Pick<Option, "type">): Form {
  const type = option.type.replace(/ \| None$/, "");
  if (type === "bool") return "yesno";
  if (type === "int") return "whole";
  if (type === "float") return "number";
  return TEXTS.has(type) ? "text" : "json";
}

/** Where the address is, and who one is: what nearly everybody has to fill in. */
const FIRST = ["connect", "listen", "serial", "user", "username", "password", "token"];

const first = (option: Option) => option.required || FIRST.includes(option.name);

export function parted(options: readonly Option[]): { first: Option[]; rest: Option[] } {
  return { first: options.filter(first), rest: options.filter((option) => !first(option)) };
}

/** A line stands at the top of its protocol; what is below a device that speaks the same is a member. */
export function optionsOf(protocol: Protocol | undefined, gatewayDriver: string): Option[] {
  if (!protocol) return [];
  return protocol.name === gatewayDriver ? protocol.member : protocol.line;
}

function shown(value: unknown, option: Option): string {
  if (value === undefined || value === null) return "";
  return formOf(option) === "json" ? JSON.stringify(value) : String(value);
}

/** Return the texts of a form from options that a device has. */
export function filled(options: readonly Option[], known: Record<string, unknown>): Filled {
  const out: Filled = { [MAP]: String(known[MAP] ?? "") };
  for (const option of options) out[option.name] = shown(known[option.name], option);
  return out;
}

const NUMBERS = new Set<Form>(["number", "whole"]);

function value(option: Option, text: string): unknown {
  const form = formOf(option);
  if (form === "yesno") return text === "true";
  if (NUMBERS.has(form)) {
    const number = Number(text);
    if (!Number.isFinite(number) || (form === "whole" && !Number.isInteger(number))) throw new SyntaxError(option.name);
    return number;
  }
  return form === "json" ? (JSON.parse(text) as unknown) : text;
}

/** Return the options to send, and the names of those that cannot be understood or are missing. */
export function taken(options: readonly Option[], texts: Filled): { options: Record<string, unknown>; wrong: string[] } {
  const out: Record<string, unknown> = {};
  const wrong: string[] = [];
  if (texts[MAP]) out[MAP] = texts[MAP];
  for (const option of options) {
    const text = (texts[option.name] ?? "").trim();
    if (!text) {
      if (option.required) wrong.push(option.name);
      continue;
    }
    try {
      out[option.name] = value(option, text);
    } catch {
      wrong.push(option.name);
    }
  }
  return { options: out, wrong };
}

/** Return what an option is when it is left out, as a hint in its field. */
export function usual(option: Option): string {
  const text = shown(option.default, option);
  return option.secret || text === "[]" || text === "{}" ? "" : text;
}
