import { beforeEach, describe, expect, it } from "vitest";
import { ago, count, exact, figure, remaining, span, telephone } from "@/lib/format";
import { prettyUnit } from "@/lib/units";
import { seconds, shownValue } from "@/lib/values";
import { between, fill, listed, speak } from "@/use/language";

const NOW = Date.parse("2026-11-21T12:00:00+08:00");
const before = (length: number) => NOW / 1000 - length;

beforeEach(() => speak("zh"));

it.each([
  ["+8657188880000", "0571-88880000"],
  ["+861088880000", "010-88880000"],
  ["+862088880000", "020-88880000"],
  ["+8613800138000", "13800138000"],
  ["+442071838750", "+442071838750"],
  ["", ""],
])("says the telephone number %s as it is dialled here", (number, said) => {
  expect(telephone(number)).toBe(said);
});

describe("ago", () => {
  it.each([
    [-3, "刚刚"],
    [9, "刚刚"],
    [59, "59 秒前"],
    [60, "1 分钟前"],
    [3599, "59 分钟前"],
    [3600, "1 小时前"],
    [86400 * 2, "2 天前"],
  ])("says %i seconds as %s", (length, said) => {
    expect(ago(before(length), NOW)).toBe(said);
  });

  it("speaks English when asked to", () => {
    speak("en");

    expect(ago(before(120), NOW)).toBe("2 min ago");
  });
});

describe("times and spans", () => {
  it("leaves the date out of today's times only", () => {
    expect(exact("2026-11-21T09:05:07+08:00", NOW)).not.toContain("2026");
    expect(exact("2026-11-19T09:05:07+08:00", NOW)).toContain("2026");
  });

  it.each([
    [0, "0 秒"],
    [61, "1 分钟"],
    [7200, "2 小时"],
    [86400 * 3, "3 天"],
  ])("says a span of %i seconds as %s", (length, said) => {
    expect(span(length)).toBe(said);
  });

  it("tells what is left from what is over", () => {
    expect(remaining(125)).toBe("还有 2 分钟");
    expect(remaining(-125)).toBe("超时 2 分钟");
  });
});

describe("figures", () => {
  it("gives no more digits than deserved", () => {
    expect(figure(41.23456)).toBe("41.23");
    expect(count(2300)).toBe("2,300");
    expect(count(1_234_567)).toBe("123.5 万");
  });

  it.each([
    ["mg/m3", "mg/m³"],
    ["ug/m3", "µg/m³"],
    ["m2", "m²"],
    ["dB", "dB"],
  ])("prints the unit %s as %s", (written, printed) => {
    expect(prettyUnit(written)).toBe(printed);
  });
});

describe("values", () => {
  const property = { id: "p", name: { zh: "", en: "" }, unit: "", range: null, values: [], value_names: [] };

  it("says a boolean and an enum in words", () => {
    expect(shownValue({ ...property, type: "boolean" }, 1)).toBe("是");
    const door = { ...property, type: "enum" as const, values: ["closed", "open"], value_names: [{ zh: "关", en: "closed" }, { zh: "开", en: "open" }] };
    expect(shownValue(door, 1)).toBe("开");
    expect(shownValue(door, 7)).toBe("7");
  });

  it.each([
    ["30s", 30],
    ["5m", 300],
    ["1h30m", 5400],
    ["", 0],
    ["soon", 0],
  ])("reads the length %s as %i seconds", (length, wanted) => {
    expect(seconds(length)).toBe(wanted);
  });

  it("leaves a place without a value as it is", () => {
    expect(fill("{a} of {b}", { a: 1 })).toBe("1 of {b}");
  });
});

describe("a list", () => {
  it("is said as the language says lists, one thing as itself and nothing as nothing", () => {
    expect([listed(["电", "水", "气"]), listed(["电"]), listed([]), between.value]).toEqual(["电、水、气", "电", "", "、"]);
    speak("en");
    expect([listed(["power", "water", "gas"]), between.value]).toEqual(["power, water, gas", ", "]);
  });
});
