/** A value of a point as people read it. */
import type { Property } from "@linli/api";
import { t, words } from "@/use/language";
import { figure } from "./format";
import { prettyUnit } from "./units";

export function shownValue(property: Property | undefined, value: number): string {
  if (!property) return figure(value);
  if (property.type === "boolean") return t(value ? "device.yes" : "device.no");
  if (property.type === "enum") return words(property.value_names[value]) || property.values[value] || String(value);
  return [figure(value), prettyUnit(property.unit)].filter(Boolean).join(" ");
}

/** Return what the values of a point are called, from 0 up; nothing where they are amounts. */
export function statesOf(property: Property): string[] | undefined {
  const count = property.type === "boolean" ? 2 : property.type === "enum" ? property.values.length : 0;
  return count ? Array.from({ length: count }, (_, value) => shownValue(property, value)) : undefined;
}

const UNITS_S: Record<string, number> = { s: 1, m: 60, h: 3600, d: 86400 };

/** Return the seconds of a length of time as `30s`, `5m` or `1h30m`; 0 if it is none. */
export function seconds(length: string): number {
  const parts = [...length.matchAll(/(\d+(?:\.\d+)?)([smhd])/g)];
  return parts.reduce((sum, [, n, unit]) => sum + Number(n) * (UNITS_S[unit ?? "s"] ?? 0), 0);
}
