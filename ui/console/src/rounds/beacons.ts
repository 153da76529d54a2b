/** Beacons that call near the telephone, where the browser listens (Web Bluetooth scanning), and how long one was near. */
import type { TourBeacon } from "@linli/api";

export interface Advertisement {
  rssi?: number;
  manufacturerData?: ReadonlyMap<number, DataView>;
  serviceData?: ReadonlyMap<string, DataView>;
}
interface Scan {
  stop: () => void;
}
interface Bluetooth extends EventTarget {
  requestLEScan?: (options: { acceptAllAdvertisements: boolean; keepRepeatedDevices: boolean }) => Promise<Scan>;
}

const APPLE = 0x004c;
const EDDYSTONE = "0000feaa-0000-1000-8000-00805f9b34fb";
/** Unheard for so long, a beacon was left. */
const BREAK_MS = 15_000;

const bluetooth = (): Bluetooth | undefined => (navigator as { bluetooth?: Bluetooth }).bluetooth;

export const able = (): boolean => typeof bluetooth()?.requestLEScan === "function";

const hex = (view: DataView, from: number, to: number): string =>
  Array.from({ length: to - from }, (_, at) => view.getUint8(from + at).toString(16).padStart(2, "0")).join("");

/** Return the name by which the server knows a beacon; empty where it is none. iBeacon: modelled on what is public of it; Eddystone-UID: its frame specification. */
export function nameOf({ manufacturerData, serviceData }: Advertisement): string {
  const apple = manufacturerData?.get(APPLE);
  if (apple && apple.byteLength >= 22 && apple.getUint16(0) === 0x0215) {
    const uuid = hex(apple, 2, 18).replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
    return `ibeacon:${uuid}:${apple.getUint16(18)}:${apple.getUint16(20)}`;
  }
  const frame = serviceData?.get(EDDYSTONE);
  if (frame && frame.byteLength >= 18 && frame.getUint8(0) === 0) return `eddystone:${hex(frame, 2, 12)}:${hex(frame, 12, 18)}`;
  return "";
}

export interface Stay {
  beacon: string;
  rssi_dbm: number;
  dwell_s: number;
}

/** Knows since when each beacon has been near, and says once when it was for long enough. */
export class Ear {
  private readonly near = new Map<string, { since: number; last: number; told: boolean }>();

  constructor(private readonly wanted: () => readonly TourBeacon[]) {}

  /** Return a stay that is long enough, the first time that it is; weak calls do not count. */
  hear(said: Advertisement, nowMs: number): Stay | null {
    const name = nameOf(said);
    const point = this.wanted().find(({ beacon }) => beacon === name);
    if (!point || said.rssi === undefined || said.rssi < point.least_dbm) return null;
    const before = this.near.get(name);
    const stay = before && nowMs - before.last <= BREAK_MS ? before : { since: nowMs, last: nowMs, told: false };
    stay.last = nowMs;
    this.near.set(name, stay);
    const dwell_s = (nowMs - stay.since) / 1000;
    if (stay.told || dwell_s < point.dwell_s) return null;
    stay.told = true;
    return { beacon: name, rssi_dbm: Math.round(said.rssi), dwell_s };
  }
}

/** Listen until it is stopped.
 *
 *  @throws DOMException where it is not allowed, or switched off
 */
export async function listen(ear: Ear, stayed: (stay: Stay) => void): Promise<() => void> {
  const radio = bluetooth()!;
  const scan = await radio.requestLEScan!({ acceptAllAdvertisements: true, keepRepeatedDevices: true });
  const hear = (event: Event) => {
    const stay = ear.hear(event as Event & Advertisement, Date.now());
    if (stay) stayed(stay);
  };
  radio.addEventListener("advertisementreceived", hear);
  return () => {
    radio.removeEventListener("advertisementreceived", hear);
    scan.stop();
  };
}
