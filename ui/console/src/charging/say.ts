/** Money, prices and states of charging as people say them. */
import type { ChargingPlace, ChargingSession, ChargingTariff } from "@linli/api";
import { said, t } from "@/use/language";

/** Fen as yuan. */
export const yuan = (fen: number) => (fen / 100).toFixed(2);

/** Ten-thousandths of a yuan as yuan, without needless zeros. */
export const price = (e4: number) => (e4 / 10_000).toFixed(4).replace(/0{1,2}$/, "");

/** Watt-hours as kilowatt-hours. */
export const kwh = (wh: number) => (wh / 1000).toFixed(wh < 10_000 ? 2 : 1);

const MINUTES = 60_000;
const CHINA_MIN = 8 * 60;
const DAY_MIN = 24 * 60;

/** The prices that hold at a moment, in China's time. */
export function stretchAt(tariff: ChargingTariff, nowMs: number): ChargingTariff["stretches"][number] | undefined {
  const minute = (Math.floor(nowMs / MINUTES) + CHINA_MIN) % DAY_MIN;
  return tariff.stretches.find(({ from_min, to_min }) => from_min <= minute && minute < to_min);
}

/** A minute of the day as a clock shows it. */
export const clock = (minute: number) => `${String(Math.floor(minute / 60)).padStart(2, "0")}:${String(minute % 60).padStart(2, "0")}`;

/** What is to be paid for now. */
export function pricesNow(tariff: ChargingTariff, nowMs: number): string {
  const now = stretchAt(tariff, nowMs);
  if (!now) return "";
  const [least, most] = [tariff.grades[0], tariff.grades[tariff.grades.length - 1]];
  if (least && most) return t("charging.nowHours", { power: price(now.electricity_e4), least: price(least.hour_e4), most: price(most.hour_e4) });
  return t("charging.now", {
    all: price(now.electricity_e4 + now.service_e4),
    power: price(now.electricity_e4),
    service: price(now.service_e4),
    until: clock(now.to_min),
  });
}

/** How a charging stands. */
export function standing(session: ChargingSession): string {
  if (session.state === "charging" && session.limit_a === 0) return t("charging.is.waits");
  return t(`charging.is.${session.state}`);
}

/** Why it ended, in words; nothing while it goes on. */
export const because = (session: ChargingSession) => (session.reason ? said(`charging.reason.${session.reason}`, session.reason) : "");

export const stateOf = (place: ChargingPlace) => t(`charging.state.${place.state}`);

/** How a place is to whoever looks for one, and the mark that says it beside colour and word. */
export const MARKS = { mine: "★", free: "○", busy: "●", broken: "×" } as const;
export type Standing = keyof typeof MARKS;

export function standingOf(place: ChargingPlace): Standing {
  if (place.mine) return "mine";
  if (place.state === "free") return "free";
  return place.state === "faulted" || place.state === "off" ? "broken" : "busy";
}

/** How many of some places stand how; what there is none of is left out. */
export function tally(places: readonly ChargingPlace[]): { standing: Standing; n: number }[] {
  const found = places.map(standingOf);
  return (Object.keys(MARKS) as Standing[]).map((standing) => ({ standing, n: found.filter((one) => one === standing).length })).filter(({ n }) => n > 0);
}

/** Whether one may begin there now. */
export const usable = (place: ChargingPlace) => place.state === "free" || (place.state === "kept" && place.mine);

/** How far it is, roughly: nobody walks as the crow flies. */
export function away(metres: number | null): string {
  if (metres === null) return "";
  return metres < 1000 ? t("charging.awayM", { n: Math.max(10, Math.round(metres / 10) * 10) }) : t("charging.awayKm", { n: (metres / 1000).toFixed(1) });
}

/** The next time at which a clock shows `07:30`, in the browser's own zone; null where it is no time of day. */
export function nextAt(clock: string, nowMs: number): Date | null {
  const found = /^([01]\d|2[0-3]):([0-5]\d)$/.exec(clock);
  if (!found) return null;
  const at = new Date(nowMs);
  at.setHours(Number(found[1]), Number(found[2]), 0, 0);
  if (at.getTime() <= nowMs) at.setDate(at.getDate() + 1);
  return at;
}

/** What a QR code, or somebody who typed it, names: a charger's number, and its community where a link says one. Any text names something. */
export function placeIn(text: string): { at: string; of: string } {
  const [path = "", query = ""] = (text.trim().split("#")[0] ?? "").split("?");
  const said = new URLSearchParams(query);
  return { at: said.get("at") ?? path.split("/").pop() ?? "", of: said.get("in") ?? "" };
}

/** Whether a text is the number of a camera's lane, or none. */
export const isLane = (text: string) => /^\d{0,4}$/.test(text.trim());
