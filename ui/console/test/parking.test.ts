import { mount } from "@vue/test-utils";
import { describe, expect, it } from "vitest";
import type { ParkingStay } from "@linli/api";
import FeeProof from "@/parking/FeeProof.vue";
import PassedMark from "@/parking/PassedMark.vue";
import StayList from "@/parking/StayList.vue";
import { leftSaid } from "@/parking/said";
import { speak } from "@/use/language";

const said = (zh: string) => ({ zh, en: zh });
const FEE = {
  fen: 500,
  paid_fen: 300,
  due_fen: 200,
  in_time: false,
  lines: [
    { words: said("白天 2 × 60 分钟"), fen: 800 },
    { words: said("商家优惠券"), fen: -300 },
    { words: said("前 15 分钟免费"), fen: 0 },
  ],
};

describe("the proof of a fee", () => {
  it("shows each line, what they come to, what was paid and what is left", () => {
    const cells = mount(FeeProof, { props: { fee: FEE } }).findAll("tr").map((row) => row.findAll("td, th").at(-1)!.text());

    expect(cells).toEqual(["8.00", "−3.00", "", "5.00", "−3.00", "2.00"]);
  });

  it("asks for nothing in the minutes to leave", () => {
    const page = mount(FeeProof, { props: { fee: { ...FEE, due_fen: 0, in_time: true } } });

    expect(page.text()).toMatch(/已缴费|leave in time/);
  });
});

describe("a car in the list", () => {
  const stay = (left: string | null) => ({ id: 1, lot: "g1", plate: "浙A***12", kind: "owner", why: "", entered_at: "2026-06-01T00:01:00Z", left_at: left, fee_fen: 0, paid_fen: 0 }) as unknown as ParkingStay;
  const shown = (one: ParkingStay) => {
    speak("zh");
    return mount(StayList, { props: { stays: [one], lots: [{ code: "g1", name: said("地下车库") }] } }).text();
  };

  it("stands in its lot, and has left only where it has", () => {
    expect(shown(stay(null))).toContain("地下车库");
    expect(shown(stay(null))).not.toContain("出场");
    expect(shown(stay("2026-06-01T04:00:00Z"))).toMatch(/进场.*出场/s);
  });
});

describe("what a lane did with a car", () => {
  it.each([
    [true, "resident", "✓ let pass · resident"],
    [false, "to_pay", "▲ not let pass · to pay"],
    [false, "late", "● told late"],
    [false, "followed", "▲ followed another"],
  ])("let pass: %s, %s", (opened, reason, words) => {
    speak("en");

    expect(mount(PassedMark, { props: { opened, reason } }).text().replace(/\s+/g, " ")).toBe(words);
  });

  it.each([
    ["no_exit", /^last seen/],
    ["", /^left/],
  ])("a car that left (%s) is not said to where no camera saw it", (why, words) => {
    speak("en");

    expect(leftSaid(why, "2026-06-01T00:00:00Z")).toMatch(words);
  });

  it("of a car without a plate says so in the reader's language", () => {
    speak("en");
    const stay = { id: 1, plate: "", lot: "g1", kind: "hourly", why: "", entered_at: null, left_at: null, fee_fen: 0, paid_fen: 0 } as unknown as ParkingStay;

    expect(mount(StayList, { props: { stays: [stay], lots: [] } }).text()).toContain("no plate");
  });
});
