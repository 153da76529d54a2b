/** Hours in which a door stands open or a right holds: as the server keeps them, as a form asks for them, as people say them. */
import type { DoorHours } from "@linli/api";
import { listed, t } from "@/use/language";

export const WEEK = ["1", "2", "3", "4", "5", "6", "7"] as const;
export type Days = "all" | "working" | "rest" | "some";
const NAMED: readonly string[] = ["all", "working", "rest"] satisfies Days[];

/** What a form holds; `some` are the days of the week that are ticked, where it is by these. */
export interface HoursDraft {
  days: Days;
  some: string[];
  starts: string;
  ends: string;
}

export const newHours = (): HoursDraft => ({ days: "all", some: [], starts: "08:00", ends: "18:00" });

const minute = (time: string | undefined) => (time ?? "00:00").slice(0, 5);

export function draftOf(one: DoorHours): HoursDraft {
  const days = one.days ?? "all";
  const named = NAMED.includes(days);
  return { days: named ? (days as Days) : "some", some: named ? [] : [...days], starts: minute(one.starts), ends: minute(one.ends) };
}

export function hoursOf(draft: HoursDraft): DoorHours {
  const days = draft.days === "some" ? WEEK.filter((day) => draft.some.includes(day)).join("") : draft.days;
  return { days, starts: draft.starts, ends: draft.ends };
}

/** Tell whether hours are filled in. */
export function filled({ days, some, starts, ends }: HoursDraft): boolean {
  return /^\d\d:\d\d$/.test(starts) && /^\d\d:\d\d$/.test(ends) && (days !== "some" || some.length > 0);
}

/** Say hours: on which days, from when until when; those that end no later than they begin go on past midnight. */
export function hoursSaid(one: DoorHours): string {
  const { days, some, starts, ends } = draftOf(one);
  const when = days === "some" ? listed(some.map((day) => t(`hours.day.${day as "1"}`))) : t(`hours.days.${days}`);
  if (starts === ends) return starts === "00:00" ? t("hours.whole", { days: when }) : t("hours.round", { days: when, starts });
  return t(ends < starts && ends !== "00:00" ? "hours.overnight" : "hours.span", { days: when, starts, ends: ends === "00:00" ? "24:00" : ends });
}
