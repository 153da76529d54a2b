/** Which devices of a list are meant: by how they fare, and by the protocol they speak. */
import type { Device } from "@linli/api";

/** What matters most of a device now; a device in maintenance is not missed when it is off line. */
export type Condition = "online" | "offline" | "maintenance" | "disabled";

export const CONDITIONS: readonly Condition[] = ["online", "offline", "maintenance", "disabled"];

/** In the place of a protocol: those that speak our own MQTT or HTTP. */
export const PLAIN = "-";

/** The score below which a device's health counts as poor. */
export const POOR = 60;

export interface Sieve {
  state: string;
  driver: string;
}

export type Scores = ReadonlyMap<string, number>;

export function conditionOf(device: Device, nowMs: number): Condition {
  if (!device.enabled) return "disabled";
  const until = device.maintenance_until;
  if (until && Date.parse(until) > nowMs) return "maintenance";
  return device.online ? "online" : "offline";
}

const speaks = (device: Device, driver: string) => !driver || (device.driver || PLAIN) === driver;

const poor = (device: Device, scores: Scores) => (scores.get(device.code) ?? 100) < POOR;

function inState(device: Device, state: string, scores: Scores, nowMs: number): boolean {
  if (!state) return true;
  return state === "poor" ? poor(device, scores) : conditionOf(device, nowMs) === state;
}

export function sift(devices: readonly Device[], sieve: Sieve, scores: Scores, nowMs: number): Device[] {
  return devices.filter((one) => speaks(one, sieve.driver) && inState(one, sieve.state, scores, nowMs));
}

/** Return how many there are in each state, of those that speak a protocol; `all` is their sum. */
export function count(devices: readonly Device[], driver: string, scores: Scores, nowMs: number): Record<Condition | "all" | "poor", number> {
  const out = { all: 0, online: 0, offline: 0, maintenance: 0, disabled: 0, poor: 0 };
  for (const device of devices) {
    if (!speaks(device, driver)) continue;
    out.all += 1;
    out[conditionOf(device, nowMs)] += 1;
    if (poor(device, scores)) out.poor += 1;
  }
  return out;
}
