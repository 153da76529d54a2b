/** Times and figures as people say them. */
import { language, locale, t } from "@/use/language";

const MINUTE = 60;
const HOUR = 3600;
const DAY = 86400;

/** Return milliseconds since 1970 of an ISO time or of epoch seconds. */
export function instant(at: string | number): number {
  return typeof at === "number" ? at * 1000 : Date.parse(at);
}

/** Say a length of time in its largest whole unit. */
export function span(seconds: number): string {
  const length = Math.max(0, Math.abs(seconds));
  if (length < MINUTE) return t("span.seconds", { n: Math.floor(length) });
  if (length < HOUR) return t("span.minutes", { n: Math.floor(length / MINUTE) });
  if (length < 2 * DAY) return t("span.hours", { n: Math.floor(length / HOUR) });
  return t("span.days", { n: Math.floor(length / DAY) });
}

/** Say how long ago a time was. A few seconds ahead of our clock counts as now. */
export function ago(at: string | number, nowMs: number): string {
  const seconds = (nowMs - instant(at)) / 1000;
  if (seconds < 10) return t("time.now");
  if (seconds < MINUTE) return t("time.seconds", { n: Math.floor(seconds) });
  if (seconds < HOUR) return t("time.minutes", { n: Math.floor(seconds / MINUTE) });
  if (seconds < 2 * DAY) return t("time.hours", { n: Math.floor(seconds / HOUR) });
  return t("time.days", { n: Math.floor(seconds / DAY) });
}

/** Say a time to the second, with its date unless it is of today. */
export function exact(at: string | number, nowMs = Date.now()): string {
  const when = new Date(instant(at));
  const today = when.toDateString() === new Date(nowMs).toDateString();
  return when.toLocaleString(locale.value, {
    ...(today ? {} : { year: "numeric", month: "2-digit", day: "2-digit" }),
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
    hour12: false,
  });
}

/** Say a time to the minute. */
export function brief(at: string | number, nowMs = Date.now()): string {
  return exact(at, nowMs).replace(/(\d\d:\d\d):\d\d/, "$1");
}

/** Say how much of a service clock is left. */
export function remaining(seconds: number): string {
  return t(seconds < 0 ? "time.over" : "time.in", { span: span(seconds) });
}

/** Say a telephone number (E.164) as it is dialled here; one from abroad as it is. */
export function telephone(number: string): string {
  const [, mobile, area, line] = /^\+86(?:(1\d{10})|(10|2\d|[3-9]\d\d)(\d{7,8}))$/.exec(number) ?? [];
  return mobile ?? (area ? `0${area}-${line}` : number);
}

/** Say a figure with no more digits than it deserves. */
export function figure(value: number, most = 2): string {
  return value.toLocaleString(locale.value, { maximumFractionDigits: most });
}

/** Say a large count shortly: 12,340 or 1.2 万 / 12K. */
export function count(value: number): string {
  if (value < 100_000) return figure(value, 0);
  if (language.value === "zh") return `${figure(value / 10_000, 1)} 万`;
  return `${figure(value / 1000, 0)}K`;
}
