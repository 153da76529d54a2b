/** What people type of plates, days, numbers and codes, as the server takes it. */
import { brief } from "@/lib/format";
import { t } from "@/use/language";

export const CODE = /^[a-z0-9][a-z0-9_-]{0,31}$/;

/** Return the plates of some lines or of one, however they are parted. */
export function platesOf(text: string): string[] {
  return [...new Set(text.split(/[\s,，、;；]+/).map((one) => one.trim().toUpperCase()).filter(Boolean))];
}

/** Return the beginning of a day that a field holds (`2026-06-01`), in the browser's own zone. */
export function dayBegins(day: string): string {
  return new Date(`${day}T00:00`).toISOString();
}

/** Return the end of that day: the beginning of the next. */
export function dayEnds(day: string): string {
  const at = new Date(`${day}T00:00`);
  at.setDate(at.getDate() + 1);
  return at.toISOString();
}

/** Return a day as a field wants it. */
export function dayOf(at: Date): string {
  return new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 10);
}

/** Return a minute as a field wants it. */
export function minuteOf(at: Date): string {
  return new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

/** Return the whole number that was typed; -1 where it is none. */
export function numberOf(text: string): number {
  return /^\d{1,9}$/.test(text.trim()) ? Number(text) : -1;
}

/** Tell whether a whole number from `least` to `most` was typed. */
export function within(text: string, least: number, most: number): boolean {
  const typed = numberOf(text);
  return typed >= least && typed <= most;
}

/** Say which numbers there can be where something else was typed; nothing while the field is empty. */
export function beyond(text: string, least: number, most: number): string | undefined {
  return text.trim() === "" || within(text, least, most) ? undefined : t("lots.between", { least, most });
}

/** Say when a car left; where no camera saw it leave, when one saw it last. */
export function leftSaid(why: string, at: string): string {
  return t(why === "no_exit" ? "parking.lastSeen" : "parking.leftAt", { at: brief(at) });
}

/** Say the day on which a time lies; `last`: of an end, which is the beginning of the next day, the day that it ends. */
export function dayNamed(at: string, locale: string, last = false): string {
  const when = new Date(Date.parse(at) - (last ? 1 : 0));
  return when.toLocaleDateString(locale, { year: "numeric", month: "2-digit", day: "2-digit" });
}
