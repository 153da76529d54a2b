/** The figures of a tariff as a form holds them, and the text (TOML) with other figures in it. All else stays as it is written. */
import type { ChargingTariff } from "@linli/api";
import { clock, price } from "./say";

/** Prices of one `[[period]]`: yuan for a kWh, as typed. */
export interface PeriodDraft {
  kind: string;
  hours: string;
  electricity: string;
  service: string;
}

const FIGURE = /^\d{1,3}(\.\d{1,4})?$/;
const HEAD = /^\s*\[\[?\s*([a-z_]+)\s*\]\]?\s*(#.*)?$/;
const KEYED = (key: string) => new RegExp(`^(\\s*${key}\\s*=\\s*")([^"]*)(".*)$`);

/** Return the periods that a text writes, in their order. */
export function periodsOf(text: string): PeriodDraft[] {
  const found: PeriodDraft[] = [];
  for (const { line, fresh, within } of lines(text)) {
    if (within !== "period") continue;
    if (fresh) found.push({ kind: "", hours: "", electricity: "", service: "" });
    const one = found[found.length - 1];
    if (!one) continue;
    for (const key of ["kind", "electricity", "service"] as const) one[key] = KEYED(key).exec(line)?.[2] ?? one[key];
    const hours = /^\s*hours\s*=\s*\[(.*)\]/.exec(line)?.[1];
    if (hours !== undefined) one.hours = hours.replaceAll('"', "").trim();
  }
  return found;
}

/** Return the text with these prices in the place of those that it has. */
export function repriced(text: string, periods: readonly PeriodDraft[]): string {
  let n = -1;
  return [...lines(text)]
    .map(({ line, fresh, within }) => {
      if (within !== "period") return line;
      if (fresh) n += 1;
      const one = periods[n];
      if (!one) return line;
      const priced = (key: "electricity" | "service", said: string) => said.replace(KEYED(key), (_all, before: string, _old, after: string) => before + one[key].trim() + after);
      return priced("service", priced("electricity", line));
    })
    .join("\n");
}

export const isFigure = (typed: string) => FIGURE.test(typed.trim());

/** The stretches of a day as rows to read. */
export const rowsOf = (tariff: ChargingTariff) =>
  tariff.stretches.map((one) => ({
    kind: one.kind,
    hours: `${clock(one.from_min)}–${clock(one.to_min)}`,
    power: price(one.electricity_e4),
    service: price(one.service_e4),
    all: price(one.electricity_e4 + one.service_e4),
  }));

/** Each line with the table in which it stands; `fresh` where the table begins. */
function* lines(text: string): Generator<{ line: string; fresh: boolean; within: string }> {
  let within = "";
  for (const line of text.split("\n")) {
    const head = HEAD.exec(line)?.[1];
    within = head ?? within;
    yield { line, fresh: head !== undefined, within };
  }
}
