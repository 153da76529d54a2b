import { describe, expect, it } from "vitest";
import { steps } from "../src/market/steps";

describe("steps", () => {
  it("lets one person review and another let in", () => {
    expect(steps("waiting", true, false)).toEqual(["review"]);
    expect(steps("reviewed", true, false)).toEqual([]);
    expect(steps("reviewed", false, true)).toEqual(["allow", "refuse"]);
  });

  it("offers who may nothing nothing", () => {
    for (const state of ["waiting", "reviewed", "allowed", "refused", "suspended"] as const) expect(steps(state, false, false)).toEqual([]);
  });

  it("suspends only who is let in, and reviews again who is not", () => {
    expect(steps("allowed", true, true)).toEqual(["suspend"]);
    expect(steps("suspended", true, true)).toEqual(["review"]);
  });
});
