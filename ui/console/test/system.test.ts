import { describe, expect, it } from "vitest";
import type { SystemState } from "@linli/api";
import { behind, size, troubles } from "@/system/health";
import { speak } from "@/use/language";

speak("zh");

const WELL: SystemState = {
  live: { stored: 10, dealt_with: 10, trouble: "", effects_waiting: 0, lines: [{ line: "l", driver: "modbus", members: 1, up: true, port: 1, trouble: "" }] },
  history: { error: null },
  log: { input: { bytes: 1, max_bytes: 100 }, effects: { bytes: 1, max_bytes: 100 }, facts: { bytes: 1, max_bytes: 100 } },
  apart: "pair",
  facts_waiting: 0,
  put_aside: [],
};
const but = (part: Partial<SystemState>) => troubles({ ...WELL, ...part }).map((one) => one.id);

describe("the state of the system", () => {
  it("finds nothing where nothing is wrong", () => {
    expect(troubles(WELL)).toEqual([]);
  });

  it.each([
    ["live", { live: { silent: true } }],
    ["history", { history: { silent: true } }],
    ["historyError", { history: { error: "history.disk_full" } }],
    ["bus", { log: { silent: true } }],
    ["input", { log: { input: { bytes: 80, max_bytes: 100 } } }],
    ["lines", { live: { lines: [{ line: "l", driver: "modbus", members: 1, up: false, port: null, trouble: "" }] } }],
    ["lag", { facts_waiting: 5000 }],
    ["apart", { apart: "differs" }],
    ["apartAway", { apart: "away" }],
    ["aside", { put_aside: [{ consumer: "a", fact: "b", reason: "c", at: "" }] }],
  ] as [string, Partial<SystemState>][])("names %s", (id, part) => {
    expect(but(part)).toEqual([id]);
  });

  it("says how far the scenes are behind, never less than nothing", () => {
    expect(behind({ ...WELL, live: { stored: 12, dealt_with: 5 } })).toBe(7);
    expect(behind({ ...WELL, live: { stored: 1, dealt_with: 5 } })).toBe(0);
    expect(behind({ ...WELL, live: { silent: true } })).toBe(0);
  });

  it("says sizes as people do", () => {
    expect([size(0), size(1023), size(2 * 1024 ** 3)]).toEqual(["0 B", "1,023 B", "2 GB"]);
  });
});
