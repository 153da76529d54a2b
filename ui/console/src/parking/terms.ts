/** A tariff as a form holds it, and as its text (TOML) says it. Money is yuan while it is typed, fen in the text. */
import type { TariffTerms } from "@linli/api";
import { fenOf } from "@/lib/money";
import { numberOf } from "./said";

export const RELIEFS = ["green", "mother_child", "visitor", "disabled"] as const;

export interface StepDraft {
  minutes: string;
  yuan: string;
  /** How many of them; of the last one it is not asked: all that follow. */
  times: string;
}
export interface BandDraft {
  zh: string;
  en: string;
  begins: string;
  ends: string;
  days: "all" | "working" | "rest";
  way: "steps" | "flat";
  steps: StepDraft[];
  flat: string;
  cap: string;
}
export interface TermsDraft {
  id: string;
  zh: string;
  en: string;
  source: string;
  bands: BandDraft[];
  free: string;
  longer: "counted" | "deducted";
  again: string;
  day: "calendar" | "entry";
  dayCap: string;
  reliefs: Record<(typeof RELIEFS)[number], { minutes: string; percent: string }>;
  couponsMost: string;
  month: string;
  more: string;
}

/** What is wrong with a draft: the key of a word, and the band it is about. */
export interface Wrong {
  band: number;
  key: "name" | "hours" | "steps" | "price";
}

const CLOCK = /^([01]\d|2[0-3]):[0-5]\d$|^24:00$/;

/** Say fen as they are typed: 350 is `3.5`, 300 is `3`, nothing is empty. */
export function typed(fen: number): string {
  return fen ? String(fen / 100) : "";
}

export function emptyBand(): BandDraft {
  return { zh: "", en: "", begins: "00:00", ends: "24:00", days: "all", way: "steps", steps: [{ minutes: "60", yuan: "", times: "" }], flat: "", cap: "" };
}

/** Return a form that says what a tariff says; an empty one for a lot without a tariff. */
export function draftOf(terms: TariffTerms | null): TermsDraft {
  const relief = (of: string) => {
    const found = terms?.reliefs.find((one) => one.of === of);
    return { minutes: found?.minutes ? String(found.minutes) : "", percent: found?.percent ? String(found.percent) : "" };
  };
  return {
    id: terms?.id ?? "own",
    zh: terms?.name.zh ?? "",
    en: terms?.name.en ?? "",
    source: terms?.source ?? "",
    bands: terms?.bands.map(bandOf) ?? [emptyBand()],
    free: terms?.free.minutes ? String(terms.free.minutes) : "",
    longer: terms?.free.longer === "deducted" ? "deducted" : "counted",
    again: terms?.free.again_minutes ? String(terms.free.again_minutes) : "",
    day: terms?.day === "entry" ? "entry" : "calendar",
    dayCap: typed(terms?.day_cap_fen ?? 0),
    reliefs: { green: relief("green"), mother_child: relief("mother_child"), visitor: relief("visitor"), disabled: relief("disabled") },
    couponsMost: String(terms?.coupons_most ?? 1),
    month: typed(terms?.monthly?.fen ?? 0),
    more: typed(terms?.monthly?.more_fen ?? 0),
  };
}

function bandOf(band: TariffTerms["bands"][number]): BandDraft {
  return {
    zh: band.name.zh,
    en: band.name.en,
    begins: band.begins,
    ends: band.ends,
    days: band.days as BandDraft["days"],
    way: band.steps.length ? "steps" : "flat",
    steps: band.steps.length
      ? band.steps.map((one) => ({ minutes: String(one.minutes), yuan: String(one.fen / 100), times: one.times ? String(one.times) : "" }))
      : emptyBand().steps,
    flat: typed(band.flat_fen),
    cap: typed(band.cap_fen),
  };
}

/** Return what keeps a draft from being a tariff; the server has the last word. */
export function wrongsOf(draft: TermsDraft): Wrong[] {
  const found: Wrong[] = draft.zh.trim() ? [] : [{ band: -1, key: "name" }];
  draft.bands.forEach((band, at) => {
    const wrong = (key: Wrong["key"]) => found.push({ band: at, key });
    if (!band.zh.trim()) wrong("name");
    if (!CLOCK.test(band.begins) || band.begins === "24:00" || !CLOCK.test(band.ends)) wrong("hours");
    if (band.way === "flat" && !fenOf(band.flat)) wrong("price");
    if (band.way === "steps" && band.steps.some((one) => !amount(one.yuan))) wrong("price");
    if (band.way === "steps" && band.steps.some((one, n) => !whole(one.minutes) || (n < band.steps.length - 1 && !whole(one.times)))) wrong("steps");
  });
  return found;
}

const whole = (text: string) => Math.max(0, numberOf(text));
const amount = (text: string) => fenOf(text) > 0 || /^0(\.0{1,2})?$/.test(text.trim());
const quoted = (text: string) => JSON.stringify(text.trim());
const named = (zh: string, en: string) => `{ zh = ${quoted(zh)}, en = ${quoted(en || zh)} }`;

/** Return the text of the tariff that a draft says. */
export function textOf(draft: TermsDraft): string {
  const lines = [
    `id = ${quoted(draft.id)}`,
    `name = ${named(draft.zh, draft.en)}`,
    `source = ${quoted(draft.source)}`,
    `day = ${quoted(draft.day)}`,
    `day_cap_fen = ${fenOf(draft.dayCap)}`,
    `coupons_most = ${whole(draft.couponsMost)}`,
    `free = { minutes = ${whole(draft.free)}, longer = ${quoted(draft.longer)}, again_minutes = ${whole(draft.again)} }`,
  ];
  if (fenOf(draft.month)) lines.push(`monthly = { fen = ${fenOf(draft.month)}, more_fen = ${fenOf(draft.more)} }`);
  const reliefs = RELIEFS.filter((of) => whole(draft.reliefs[of].minutes) || whole(draft.reliefs[of].percent));
  if (reliefs.length) {
    const said = reliefs.map((of) => `    { of = "${of}", minutes = ${whole(draft.reliefs[of].minutes)}, percent = ${whole(draft.reliefs[of].percent)} },`);
    lines.push("reliefs = [", ...said, "]");
  }
  return `${[...lines, ...draft.bands.flatMap(bandText)].join("\n")}\n`;
}

function bandText(band: BandDraft): string[] {
  const last = band.steps.length - 1;
  const steps = band.steps.map((one, n) => `{ minutes = ${whole(one.minutes)}, fen = ${fenOf(one.yuan)}, times = ${n === last ? 0 : whole(one.times)} }`);
  return [
    "",
    "[[bands]]",
    `name = ${named(band.zh, band.en)}`,
    `from = ${quoted(band.begins)}`,
    `to = ${quoted(band.ends)}`,
    `days = ${quoted(band.days)}`,
    band.way === "flat" ? `flat_fen = ${fenOf(band.flat)}` : `steps = [${steps.join(", ")}]`,
    `cap_fen = ${fenOf(band.cap)}`,
  ];
}
