/** An invitation as it is being written, and what of it goes to the server. */
import type { MyHomes, Visit, VisitKind, VisitWish } from "@linli/api";

type Doors = MyHomes["homes"][number]["doors"];

export interface Draft {
  kind: VisitWish["kind"];
  name: string;
  phone: string;
  plate: string;
  people: number;
  place: string;
  /** Local, as an input of the browser has it: `2026-06-01T12:00`. */
  begin: string;
  lastsMin: number;
  days: string;
  starts: string;
  ends: string;
  uses: number;
  /** Codes of the doors that were chosen; null is the usual ones. */
  doors: string[] | null;
  /** Six digits as well. */
  withCode: boolean;
  /** A code that may be sent as a picture as well. */
  picture: boolean;
  /** The host is told when the guest comes. */
  tell: boolean;
}

const MINUTE_MS = 60_000;
/** As long and as often a picture is good at most. */
const PICTURE = { minutes: 1440, uses: 2 };
export const MOST_PEOPLE = 20;
const two = (n: number) => String(n).padStart(2, "0");

/** Write a time as an input of the browser has it, to the minute. */
export function local(at: Date): string {
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}T${two(at.getHours())}:${two(at.getMinutes())}`;
}

/** Begin anew with what a kind of guest usually needs. */
export function draft(kind: VisitKind, place: string, now: Date, before?: Draft): Draft {
  return {
    ...(before ?? { name: "", phone: "", plate: "", people: 1 }),
    kind: kind.key as Draft["kind"],
    place,
    begin: local(now),
    lastsMin: kind.lasts_min,
    days: "",
    starts: kind.regular ? "08:00" : "",
    ends: kind.regular ? "20:00" : "",
    uses: kind.uses,
    doors: before?.place === place ? before.doors : null,
    withCode: kind.digits,
    picture: false,
    tell: before?.tell ?? true,
  };
}

/** Return the codes of the doors that a guest may pass, as they are ticked. */
export const chosenDoors = (written: Draft, doors: Doors): string[] =>
  written.doors ?? doors.filter(({ usual }) => usual).map(({ code }) => code);

/** Tell whether a code as a picture is to be had for this. */
export const asPicture = ({ uses, lastsMin }: Draft, kind: VisitKind): boolean =>
  !kind.regular && uses > 0 && uses <= PICTURE.uses && lastsMin <= PICTURE.minutes;

/** Return how many come, as it was typed; 0 where it is no number that may be. */
export function people(typed: string): number {
  const n = Number(typed);
  return Number.isInteger(n) && n >= 1 && n <= MOST_PEOPLE ? n : 0;
}

/** The lengths that are offered for a kind, in minutes: usual ones, none longer than it may be. */
export function lengths(kind: VisitKind): number[] {
  const usual = kind.regular ? [10_080, 43_200, 129_600, 259_200] : [30, 45, 60, 120, 360, 720, 1440, 4320, 10_080];
  return [...new Set([...usual.filter((one) => one <= kind.longest_min), kind.lasts_min])].sort((a, b) => a - b);
}

/** Say a length in its largest whole unit. */
export function unit(minutes: number): { key: "minutes" | "hours" | "days"; n: number } {
  if (minutes % 1440 === 0) return { key: "days", n: minutes / 1440 };
  if (minutes % 60 === 0) return { key: "hours", n: minutes / 60 };
  return { key: "minutes", n: minutes };
}

/** Return what is sent; one that begins now begins when it arrives. */
export function wish(written: Draft, regular: boolean): VisitWish {
  const since = new Date(written.begin);
  const hours = regular && written.starts && written.ends ? { starts: written.starts, ends: written.ends } : {};
  return {
    kind: written.kind,
    guest: { name: written.name.trim(), phone: written.phone.trim(), plate: written.plate.trim().toUpperCase(), people: written.people, why: "" },
    since: since.toISOString(),
    until: new Date(since.getTime() + written.lastsMin * MINUTE_MS).toISOString(),
    days: regular ? written.days : "",
    ...hours,
    uses: written.uses,
    doors: written.doors ?? [],
    place: written.place,
    with_code: written.withCode,
    picture: written.picture,
    tell: written.tell,
  };
}

/** Return the whole address that a guest opens. */
export function address(visit: Pick<Visit, "link">): string {
  return `${location.origin}/v/${visit.link}`;
}
