import { describe, expect, it } from "vitest";
import { draft, moved, wish, wrong, type Draft } from "@/sos/rungs";
import { answer } from "@/visits/kiosk";

const rung = (over: Partial<Draft> = {}): Draft => ({ whom: "duty", target: "guard", wait: "30", ...over });

describe("a call tree", () => {
  it.each([
    ["none", []],
    ["many", Array.from({ length: 13 }, () => rung())],
    ["wait", [rung({ wait: "4" })]],
    ["wait", [rung({ wait: "601" })]],
    ["wait", [rung({ wait: "1e2" })]],
    ["target", [rung({ whom: "nearest", target: "" })]],
    ["family", [rung({ whom: "family", target: "" })]],
    ["", [rung({ whom: "family", target: "" }), rung()]],
    ["", [rung({ whom: "all", target: "" })]],
  ])("is refused as %s where it would leave somebody alone", (said, rungs) => expect(wrong(rungs)).toBe(said));

  it("is sent as it is meant: a family has no skill", () => {
    expect(wish([draft({ whom: "nearest", target: "guard", wait_s: 45 }), rung({ whom: "family" })])).toEqual([
      { whom: "nearest", target: "guard", wait_s: 45 },
      { whom: "family", target: "", wait_s: 30 },
    ]);
  });

  it.each([
    [0, 1, "bac"],
    [2, -1, "acb"],
    [0, -1, "abc"],
    [2, 1, "abc"],
  ] as const)("moves rung %i by %i", (from, by, said) => expect(moved([..."abc"], from, by).join("")).toBe(said));
});

describe("what a visitor is told", () => {
  it.each([
    ["", 0, "waits"],
    ["asked", 0, "waits"],
    ["ringing", 80_000, "waits"],
    ["asked", 90_000, "nobody"],
    ["expected", 120_000, "welcome"],
    ["opened", 0, "welcome"],
    ["refused", 0, "refused"],
    ["missed", 0, "nobody"],
  ])("%s after %i ms: %s", (state, waited, said) => expect(answer(state, waited, 90_000)).toBe(said));
});
