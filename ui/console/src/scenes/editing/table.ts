/** A scene's TOML as JSON, altered without being mutated: what is not touched stays as it was, in its order. */
export type Json = string | number | boolean | null | Json[] | { [key: string]: Json };
export type Row = { [key: string]: Json };

export const isRow = (value: Json | undefined): value is Row => typeof value === "object" && value !== null && !Array.isArray(value);
export const rowOf = (value: Json | undefined): Row => (isRow(value) ? value : {});
export const rowsOf = (value: Json | undefined): Row[] => (Array.isArray(value) ? value.filter(isRow) : []);
export const textOf = (value: Json | undefined): string => (typeof value === "string" ? value : "");

/** Several names may be written as one: `sensor = "co_mg_m3"`. */
export function namesOf(value: Json | undefined): string[] {
  if (typeof value === "string") return value ? [value] : [];
  return Array.isArray(value) ? value.filter((one) => typeof one === "string") : [];
}

/** Write names as they were read: one stands alone, none is left out. */
export function namesAs(names: string[], before: Json | undefined): Json | undefined {
  if (!names.length) return undefined;
  return names.length === 1 && !Array.isArray(before) ? names[0] : names;
}

/** Put a value at its key; `undefined` takes the key out. A known key keeps its place. */
export function put(row: Row, key: string, value: Json | undefined): Row {
  if (value !== undefined) return { ...row, [key]: value };
  const { [key]: _gone, ...rest } = row;
  return rest;
}

/** Put several at once. */
export function putAll(row: Row, values: Record<string, Json | undefined>): Row {
  return Object.entries(values).reduce((left, [key, value]) => put(left, key, value), row);
}

/** Keep only these keys. */
export function only(row: Row, keys: readonly string[]): Row {
  return Object.fromEntries(Object.entries(row).filter(([key]) => keys.includes(key)));
}

export function replaced<T>(list: readonly T[], at: number, value: T): T[] {
  return list.map((one, index) => (index === at ? value : one));
}

export function removed<T>(list: readonly T[], at: number): T[] {
  return list.filter((_, index) => index !== at);
}

/** Move one by so many places; beyond either end nothing moves. */
export function moved<T>(list: readonly T[], at: number, by: number): T[] {
  const to = at + by;
  if (to < 0 || to >= list.length) return [...list];
  const rest = removed(list, at);
  return [...rest.slice(0, to), list[at] as T, ...rest.slice(to)];
}

/** Tell whether two values say the same, whatever the order of their keys. */
export function same(first: Json | undefined, second: Json | undefined): boolean {
  if (Array.isArray(first) && Array.isArray(second)) {
    return first.length === second.length && first.every((one, at) => same(one, second[at]));
  }
  if (isRow(first) && isRow(second)) {
    const keys = Object.keys(first);
    return keys.length === Object.keys(second).length && keys.every((key) => key in second && same(first[key], second[key]));
  }
  return first === second;
}

/** Return the keys at the top that differ: what was altered, in the order of the later one. */
export function altered(before: Row, after: Row): string[] {
  const keys = [...new Set([...Object.keys(after), ...Object.keys(before)])];
  return keys.filter((key) => !same(before[key], after[key]));
}
