/** What a visitors' screen asks: with its own secret as a device, never with anybody's session. */
import { Refused, Unreachable } from "./client";
import type { Words } from "./types";

/** Which screen this browser is. */
export interface Screen {
  community: string;
  device: string;
  secret: string;
}

export interface House {
  path: string;
  name: Words;
}

export interface NumberedRoom {
  path: string;
  code: string;
  unit: Words | null;
}

/** What a device is told; `reason` is a word, or the key of a refusal. */
export interface KioskTold<T = unknown> {
  ok: boolean;
  reason?: string;
  items?: T[];
  link?: string;
  /** What whoever answered has the screen show. */
  phrase?: Words;
  /** What the estate is called, and the number of its duty room. */
  name?: Words;
  phone?: string;
}

async function push<T>({ community, device, secret }: Screen, what: "asks" | "readings", body: object): Promise<T> {
  const path = `/push/v1/${encodeURIComponent(community)}/${encodeURIComponent(device)}/${what}`;
  let answer: Response;
  try {
    answer = await fetch(path, {
      method: "POST",
      credentials: "omit",
      headers: { authorization: `Bearer ${secret}`, "content-type": "application/json" },
      body: JSON.stringify(body),
    });
  } catch {
    throw new Unreachable();
  }
  if (answer.status === 401 || answer.status === 422) throw new Refused("push.not_believed", "", answer.status);
  if (!answer.ok) throw new Unreachable(answer.status);
  return (await answer.json()) as T;
}

/** A number for a question, its own: asked again with the same one it is the same question. */
export const askId = (): string => [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");

const ask = <T>(screen: Screen, kind: string, body: object = {}, id = askId()) => push<KioskTold<T>>(screen, "asks", { ...body, id, ask: kind });

export interface KioskGuest {
  name: string;
  phone: string;
  plate: string;
  why: string;
  people: number;
}

export const kioskDesk = {
  estate: (screen: Screen) => ask(screen, "kiosk.estate"),
  houses: (screen: Screen) => ask<House>(screen, "kiosk.houses"),
  homes: (screen: Screen, house: string, number: string) => ask<NumberedRoom>(screen, "kiosk.homes", { house, number }),
  want: (screen: Screen, id: string, room: string, guest: KioskGuest) => ask(screen, "visit.wanted", { room, ...guest }, id),
  wanted: (screen: Screen, id: string) => ask(screen, "visit.state", { of: id }),
  ring: (screen: Screen, id: string, room: string) => ask(screen, "call.placed", { room }, id),
  rings: (screen: Screen, id: string) => ask(screen, "call.state", { of: id }),
  hangUp: (screen: Screen, id: string) => ask(screen, "call.ended", { of: id }),
  /** Say that the screen stands; one that says nothing for a while counts as down. */
  runs: (screen: Screen) => push<unknown>(screen, "readings", { running: true }),
};
