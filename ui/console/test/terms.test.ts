import { describe, expect, it } from "vitest";
import type { TariffTerms } from "@linli/api";
import { dayEnds, dayNamed, numberOf, platesOf } from "@/parking/said";
import { draftOf, emptyBand, textOf, wrongsOf } from "@/parking/terms";

const TERMS: TariffTerms = {
  id: "garage",
  name: { zh: "车库", en: "Garage" },
  source: "invented",
  bands: [
    {
      name: { zh: "白天", en: "day" },
      begins: "07:00",
      ends: "22:00",
      days: "all",
      steps: [
        { minutes: 60, fen: 500, times: 1 },
        { minutes: 60, fen: 350, times: 0 },
      ],
      flat_fen: 0,
      cap_fen: 2000,
    },
    { name: { zh: "夜间", en: "night" }, begins: "22:00", ends: "07:00", days: "working", steps: [], flat_fen: 500, cap_fen: 0 },
  ],
  free: { minutes: 30, longer: "deducted", again_minutes: 60 },
  day: "entry",
  day_cap_fen: 2200,
  reliefs: [
    { of: "green", minutes: 60, percent: 0 },
    { of: "disabled", minutes: 0, percent: 100 },
  ],
  coupons_most: 2,
  monthly: { fen: 30000, more_fen: 15000 },
};

describe("a tariff in a form", () => {
  it("says what it said before, where nothing was changed", () => {
    expect(textOf(draftOf(TERMS))).toBe(
      [
        'id = "garage"',
        'name = { zh = "车库", en = "Garage" }',
        'source = "invented"',
        'day = "entry"',
        "day_cap_fen = 2200",
        "coupons_most = 2",
        'free = { minutes = 30, longer = "deducted", again_minutes = 60 }',
        "monthly = { fen = 30000, more_fen = 15000 }",
        "reliefs = [",
        '    { of = "green", minutes = 60, percent = 0 },',
        '    { of = "disabled", minutes = 0, percent = 100 },',
        "]",
        "",
        "[[bands]]",
        'name = { zh = "白天", en = "day" }',
        'from = "07:00"',
        'to = "22:00"',
        'days = "all"',
        "steps = [{ minutes = 60, fen = 500, times = 1 }, { minutes = 60, fen = 350, times = 0 }]",
        "cap_fen = 2000",
        "",
        "[[bands]]",
        'name = { zh = "夜间", en = "night" }',
        'from = "22:00"',
        'to = "07:00"',
        'days = "working"',
        "flat_fen = 500",
        "cap_fen = 0",
        "",
      ].join("\n"),
    );
  });

  it("keeps what is typed inside its quotes", () => {
    const draft = draftOf(TERMS);
    draft.zh = '车库"\nid = "other';

    expect(textOf(draft).split("\n")[1]).toBe('name = { zh = "车库\\"\\nid = \\"other", en = "Garage" }');
  });

  it("finds nothing wrong with what is in force, and much with an empty one", () => {
    expect(wrongsOf(draftOf(TERMS))).toEqual([]);
    expect(wrongsOf(draftOf(null))).toEqual([
      { band: -1, key: "name" },
      { band: 0, key: "name" },
      { band: 0, key: "price" },
    ]);
  });

  it.each([
    ["hours", { begins: "7:00" }],
    ["hours", { begins: "24:00" }],
    ["hours", { ends: "25:00" }],
    ["price", { way: "flat" as const, flat: "" }],
    ["price", { steps: [{ minutes: "60", yuan: "five", times: "" }] }],
    ["steps", { steps: [{ minutes: "0", yuan: "5", times: "" }] }],
    ["steps", { steps: [{ minutes: "60", yuan: "5", times: "" }, { minutes: "60", yuan: "3", times: "" }] }],
  ])("says that its %s are wrong", (key, more) => {
    const draft = { ...draftOf(TERMS), bands: [{ ...emptyBand(), zh: "全天", steps: [{ minutes: "60", yuan: "0", times: "" }], ...more }] };

    expect(wrongsOf(draft)).toEqual([{ band: 0, key }]);
  });
});

describe("what is typed", () => {
  it("parts plates however they stand, each once", () => {
    expect(platesOf(" 浙a12b45，浙B88888\n浙A12B45 ")).toEqual(["浙A12B45", "浙B88888"]);
    expect(platesOf(" ,\n")).toEqual([]);
  });

  it("takes whole numbers only", () => {
    expect(["15", " 0 ", "1.5", "-1", ""].map(numberOf)).toEqual([15, 0, -1, -1, -1]);
  });

  it("counts the last day with it", () => {
    expect(Date.parse(dayEnds("2026-06-30")) - new Date("2026-06-30T00:00").getTime()).toBe(86_400_000);
    expect(dayNamed(dayEnds("2026-06-30"), "zh-CN", true)).toBe("2026/06/30");
  });
});
