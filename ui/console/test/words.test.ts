import { describe, expect, it } from "vitest";
import { WORDS } from "@/words";

const places = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].map(([, name]) => name).sort();

describe("words", () => {
  it.each(Object.entries(WORDS))("%s is said in both languages with the same values", (_key, [zh, en]) => {
    expect(zh.trim()).not.toBe("");
    expect(en.trim()).not.toBe("");
    expect(places(zh)).toEqual(places(en));
  });

  it("shouts nowhere", () => {
    const loud = Object.entries(WORDS).filter(([, pair]) => pair.some((text) => /[!！]/.test(text)));

    expect(loud).toEqual([]);
  });
});
