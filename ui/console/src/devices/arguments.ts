/** What a person filled in for a service, made into what the device takes. */
import type { Argument } from "@linli/api";

export type Given = Record<string, string>;

function one(argument: Argument, text: string): number | string | boolean | null {
  if (argument.type === "text") return text.length <= argument.longest ? text : null;
  if (argument.type === "boolean") return text === "true";
  const value = Number(text);
  const [least, most] = argument.range ?? [-Infinity, Infinity];
  if (!Number.isFinite(value) || value < least || value > most) return null;
  return argument.type === "integer" && !Number.isInteger(value) ? null : value;
}

/** Return the arguments with their types; null where one is missing or not allowed. */
export function typed(wanted: Argument[], given: Given): Record<string, number | string | boolean> | null {
  const out: Record<string, number | string | boolean> = {};
  for (const argument of wanted) {
    const text = (given[argument.id] ?? "").trim();
    if (!text && !argument.required) continue;
    const value = text ? one(argument, text) : null;
    if (value === null) return null;
    out[argument.id] = value;
  }
  return out;
}
