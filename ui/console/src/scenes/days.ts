/** Counts by day, drawn as bars. */
import type { DayCount } from "@linli/api";

export interface Bar {
  day: string;
  count: number;
  /** 0 to 1 of the highest; a day with any is never too low to be seen. */
  height: number;
  rest: boolean;
}

const LEAST = 0.06;

/** Return every day of the stretch, also those on which nothing happened; days are `YYYY-MM-DD`. */
export function bars(counts: DayCount[]): Bar[] {
  const most = Math.max(1, ...counts.map((one) => one.count));
  return counts.map(({ day, count }) => ({
    day,
    count,
    height: count === 0 ? 0 : Math.max(LEAST, count / most),
    rest: [0, 6].includes(new Date(`${day}T12:00:00Z`).getUTCDay()),
  }));
}

/** Return the days up to `today` (`YYYY-MM-DD`), with 0 where a day was not told. */
export function filled(counts: DayCount[], days: number, today: string): DayCount[] {
  const by = new Map(counts.map((one) => [one.day, one.count]));
  const end = Date.parse(`${today}T12:00:00Z`);
  return Array.from({ length: days }, (_, at) => {
    const day = new Date(end - (days - 1 - at) * 86_400_000).toISOString().slice(0, 10);
    return { day, count: by.get(day) ?? 0 };
  });
}

/** Return the day, `YYYY-MM-DD`, that a moment is in where the reader is. */
export function dayOf(ms: number): string {
  const at = new Date(ms);
  const two = (n: number) => String(n).padStart(2, "0");
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
}
