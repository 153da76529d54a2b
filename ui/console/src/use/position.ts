/** Where a member of staff is: told while a page is open, he is on duty and wants it, so that the nearest is called. */
import { computed, ref } from "vue";
import { Refused, staff } from "@linli/api";
import { community } from "./session";

const WORD = "linli.tells-position";
/** So often at most, and so far at least, he tells anew; standing still he tells as often as the third. */
export const EVERY_MS = 20_000;
export const FAR_M = 15;
export const STILL_MS = 120_000;

export interface Spot {
  longitude_deg: number;
  latitude_deg: number;
}
/** `off`; `asking` until the telephone knows; `told`; `resting` while he is not on duty; `denied` by the telephone; `refused`. */
export type Telling = "off" | "asking" | "told" | "resting" | "denied" | "refused";

export const telling = ref<Telling>("off");
export const toldAt = ref(0);
export const wanted = computed(() => telling.value !== "off");
let watching: number | undefined;
let last: (Spot & { at: number }) | undefined;

const RAD = Math.PI / 180;
/** Metres between two places that are near each other. */
export function apart_m(one: Spot, other: Spot): number {
  const east = (other.longitude_deg - one.longitude_deg) * Math.cos(((one.latitude_deg + other.latitude_deg) / 2) * RAD);
  return Math.hypot(east, other.latitude_deg - one.latitude_deg) * 111_195;
}

/** Whether it is time to tell a place anew. */
export function due(before: (Spot & { at: number }) | undefined, spot: Spot, now: number): boolean {
  if (!before) return true;
  const since = now - before.at;
  return since >= STILL_MS || (since >= EVERY_MS && apart_m(before, spot) >= FAR_M);
}

async function put(spot: Spot): Promise<void> {
  const now = Date.now();
  if (!due(last, spot, now)) return;
  last = { ...spot, at: now };
  try {
    await staff.tellPosition(community.value, spot);
    telling.value = "told";
    toldAt.value = now;
  } catch (error) {
    if (!(error instanceof Refused)) return;
    if (error.key === "people.not_on_duty") telling.value = "resting";
    else {
      stop();
      telling.value = "refused";
    }
  }
}

/** Begin, and go on after each start of the page. */
export function start(): void {
  localStorage.setItem(WORD, "yes");
  if (watching !== undefined) return;
  if (!navigator.geolocation) {
    telling.value = "denied";
    return;
  }
  telling.value = "asking";
  watching = navigator.geolocation.watchPosition(
    ({ coords }) => void put({ longitude_deg: coords.longitude, latitude_deg: coords.latitude }),
    (error) => {
      if (error.code !== error.PERMISSION_DENIED) return;
      stop();
      telling.value = "denied";
    },
    { enableHighAccuracy: true, maximumAge: 10_000 },
  );
}

export function stop(): void {
  localStorage.removeItem(WORD);
  if (watching !== undefined) navigator.geolocation.clearWatch(watching);
  watching = last = undefined;
  telling.value = "off";
}

/** Go on where he wanted it before. */
export function resume(): void {
  if (localStorage.getItem(WORD) === "yes") start();
}
