/** What a form says: only what is new, and what is wrong with it where the server says so. */
import { Refused, type Row, type Said } from "@linli/api";
import { words } from "@/use/language";
import { reason } from "@/use/tell";
import type { Field } from "./fields";

export type Values = Record<string, unknown>;

/** Return what a form begins with: what is known, masked numbers as they are shown. */
export function begin(fields: Field[], row: Row | null): Values {
  return Object.fromEntries(fields.map((field) => [field.key, known(field, row?.[field.key])]));
}

function known(field: Field, value: unknown): unknown {
  if (field.type === "choices" || field.type === "cells" || field.type === "shifts") return [...((value as unknown[] | null) ?? [])];
  if (field.type === "yes") return value ?? true;
  return value ?? "";
}

const same = (one: unknown, other: unknown) => JSON.stringify(one) === JSON.stringify(other);
const bare = (value: unknown) => (typeof value === "string" ? value.trim() : value);

/**
 * Return what differs from the beginning. A new thing says what is filled in; an old one what was
 * altered. A day or a reference that was emptied is null; a masked number that nobody touched is left out.
 */
export function saying(fields: Field[], before: Values, now: Values, isNew: boolean): Said {
  const found: Said = {};
  for (const field of fields) {
    const value = bare(now[field.key]);
    if (!isNew && field.fixed) continue;
    if (same(value, bare(before[field.key])) && !(isNew && field.required)) continue;
    const nothing = value === "" && ["date", "ref", "place"].includes(field.type);
    found[field.key] = nothing ? null : value;
  }
  return found;
}

const KEYS: Record<string, string> = {
  "places.bad_code": "code",
  "places.exists": "code",
  "places.path_too_long": "code",
  "places.wrong_parent": "kind",
  "places.unknown_kind": "kind",
  "places.bad_geometry": "geometry",
  "places.not_a_cell": "cell",
  "places.bad_phone": "phone",
};

interface Problem {
  field: string;
  message: { zh: string; en: string };
}

/** Return the sentences of a refusal by field; what concerns no field of the form is under `""`. */
export function wrongs(error: unknown, fields: string[]): Record<string, string> {
  const found: Record<string, string> = {};
  const put = (field: string, text: string) => (found[fields.includes(field) ? field : ""] ??= text);
  if (!(error instanceof Refused)) return { "": reason(error) };
  const problems = (error.values.problems ?? []) as Problem[];
  for (const one of problems) put(one.field, words(one.message));
  for (const one of (error.values.fields ?? []) as { field: string }[]) put(one.field.split(".")[2] ?? "", error.message);
  if (!Object.keys(found).length) put(KEYS[error.key] ?? "", reason(error));
  return found;
}
