/** How a door is kept: as a form asks for it, and as the server takes it. */
import type { DoorChange, DoorShown } from "@linli/api";
import { draftOf, filled, hoursOf, type HoursDraft } from "./hours";

export const KINDS = ["door", "gate", "barrier", "lift"] as const;
export const RULES = ["off", "soft", "hard"] as const;
export const FAILS = ["safe", "secure"] as const;
export const LINKS = ["rights", "free", "shut"] as const;
export const WAYS = ["card", "sim", "qr", "pin", "code", "face", "bluetooth", "phone", "intercom", "voice", "staff"] as const;
/** A face takes consent, and what a Bluetooth key says can be said by whoever heard it. */
const USUAL = WAYS.filter((way) => way !== "face" && way !== "bluetooth");
/** What everybody who lives here has or gets for the asking: one of them stands beside a face. */
const FACELESS = ["card", "qr", "pin", "phone"];
/** The kind of door that a device usually is, by its model; others are none. */
export const MODELS: Record<string, Kind> = { access_door: "door", face_terminal: "door", lift: "lift", parking_barrier: "barrier" };
const LONGEST_S = 60;

export type Kind = (typeof KINDS)[number];
export interface Side {
  code: string;
  direction: "in" | "out";
}
export interface Landing {
  id: number;
  floor: string;
  place: string;
}
let landings = 0;
/** Return a landing that a form can tell from the others, also while both are empty. */
export const newLanding = (floor = "", place = ""): Landing => ({ id: ++landings, floor, place });

export interface KeptDraft {
  kind: Kind;
  place: string;
  camera: string;
  release: string;
  ways: string[];
  readers: Side[];
  area: string;
  rule: (typeof RULES)[number];
  interlock: string;
  escape: boolean;
  fails: (typeof FAILS)[number];
  link: (typeof LINKS)[number];
  hours: HoursDraft[];
  landings: Landing[];
}

/** Return what a form begins with: what a new door usually is, or what one is now. */
export function keptOf(door?: DoorShown): KeptDraft {
  return {
    kind: (door?.kind as Kind | undefined) ?? "door",
    place: door?.place ?? "",
    camera: door?.camera ?? "",
    release: String(door?.release_s ?? 5),
    ways: [...(door?.ways ?? USUAL)],
    readers: door ? door.readers.map(({ code, direction }) => ({ code, direction: direction ?? "in" })) : [{ code: "in", direction: "in" }],
    area: door?.area ?? "",
    rule: (door?.back_rule as KeptDraft["rule"] | undefined) ?? "off",
    interlock: door?.interlock ?? "",
    escape: door?.escape ?? false,
    fails: (door?.fails as KeptDraft["fails"] | undefined) ?? "safe",
    link: (door?.link_down as KeptDraft["link"] | undefined) ?? "rights",
    hours: (door?.free_hours ?? []).map(draftOf),
    landings: Object.entries(door?.floors ?? {}).map(([floor, place]) => newLanding(floor, place)),
  };
}

/** Return what the server is told. */
export function changeOf(draft: KeptDraft): DoorChange {
  return {
    kind: draft.kind,
    ...(draft.place ? { place: draft.place } : {}),
    camera: draft.camera,
    release_s: Number(draft.release),
    ways: draft.ways as DoorChange["ways"],
    readers: draft.readers.map(({ code, direction }) => ({ code: code.trim(), direction })),
    area: draft.area.trim(),
    back_rule: draft.rule,
    interlock: draft.interlock.trim(),
    escape: draft.escape,
    fails: draft.escape ? "safe" : draft.fails,
    link_down: draft.link,
    free_hours: draft.hours.map(hoursOf),
    floors: draft.kind === "lift" ? Object.fromEntries(draft.landings.map(({ floor, place }) => [floor.trim(), place])) : {},
  };
}

const twice = (codes: string[]) => new Set(codes).size < codes.length;

/** Return what is wrong with a form, by field. */
export function wrongs(draft: KeptDraft): Partial<Record<"release" | "ways" | "face" | "readers" | "area" | "hours" | "landings", true>> {
  const release = /^\d{1,2}$/.test(draft.release) ? Number(draft.release) : 0;
  const codes = draft.readers.map(({ code }) => code.trim());
  const floors = draft.landings.map(({ floor }) => floor.trim());
  const found = {
    release: release < 1 || release > LONGEST_S,
    ways: draft.ways.length === 0,
    face: draft.ways.includes("face") && !draft.ways.some((way) => FACELESS.includes(way)),
    readers: codes.length === 0 || codes.includes("") || twice(codes),
    area: draft.rule !== "off" && draft.area.trim() === "",
    hours: !draft.hours.every(filled),
    landings: draft.kind === "lift" && (floors.includes("") || twice(floors)),
  };
  return Object.fromEntries(Object.entries(found).filter(([, wrong]) => wrong)) as ReturnType<typeof wrongs>;
}
