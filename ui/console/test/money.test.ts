import { describe, expect, it } from "vitest";
import { fenOf, yuan } from "@/lib/money";

describe("yuan", () => {
  it.each([
    [0, "0.00"],
    [5, "0.05"],
    [1234, "12.34"],
    [-50, "−0.50"],
    [123456789, "1,234,567.89"],
  ])("says %i fen as %s", (fen, said) => expect(yuan(fen)).toBe(said));
});

describe("fenOf", () => {
  it.each([
    ["12", 1200],
    ["12.3", 1230],
    ["12.34", 1234],
    ["1,234.50", 123450],
    ["0.29", 29],
    ["12.345", 0],
    ["-1", 0],
    ["1e3", 0],
    ["", 0],
  ])("reads %s as %i", (text, fen) => expect(fenOf(text)).toBe(fen));

  it("reads what it said", () => expect(fenOf(yuan(987_654_321))).toBe(987_654_321));
});
