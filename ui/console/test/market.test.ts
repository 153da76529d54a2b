import { describe, expect, it } from "vitest";
import { overlapOf, steps } from "../src/market/steps";

describe("steps", () => {
  it("lets one person review and another let in", () => {
    expect(steps("waiting", true, false)).toEqual(["review"]);
    expect(steps("reviewed", true, false)).toEqual([]);
    expect(steps("reviewed", false, true)).toEqual(["allow", "refuse"]);
    expect(steps("reviewed", true, true, true)).toEqual([]);
    expect(steps("waiting", true, true, true)).toEqual(["review", "refuse"]);
  });

  it("offers who may nothing nothing", () => {
    for (const state of ["waiting", "reviewed", "allowed", "refused", "suspended"] as const) expect(steps(state, false, false)).toEqual([]);
  });

  it("suspends only who is let in, and reviews again who is not", () => {
    expect(steps("allowed", true, true)).toEqual(["suspend"]);
    expect(steps("suspended", true, true)).toEqual(["review"]);
  });
});

describe("overlapOf", () => {
  it("takes whole hours of two weeks at most, and none for at once", () => {
    expect(["0", " 24 ", "336"].map(overlapOf)).toEqual([0, 24, 336]);
    expect(["", "337", "-1", "1.5", "x", "9999"].map(overlapOf)).toEqual([null, null, null, null, null, null]);
  });
});
