import { describe, expect, it } from "vitest";
import type { Alarm, Argument, Device, Link, MapFeature } from "@linli/api";
import { given } from "@/cases/needs";
import { pageOf, telling } from "@/chain/where";
import { typed } from "@/devices/arguments";
import { line, nights } from "@/devices/chart";
import { bounds, deviceSpots, gravestByPlace, troubleSpots } from "@/map/shapes";
import { byFloor } from "@/map/usePlace";
import { marks, storyTime } from "@/scenes/timeline";

describe("the history", () => {
  it("leaves a hole where steps have no readings", () => {
    const found = line({ step_s: 60, items: [[0, 1, 2, 3, 1], [60, 1, 2, 3, 1], [300, 1, 4, 5, 1]] }, (row) => row[2] ?? 0);

    expect(found).toEqual([[0, 2], [60_000, 2], [120_000, null], [300_000, 4]]);
  });

  it("shades the nights between two instants, cut at both ends", () => {
    const [from, to] = [new Date(2026, 10, 20, 23), new Date(2026, 10, 21, 23)].map((at) => at.getTime()) as [number, number];

    const found = nights(from, to);

    expect(found).toEqual([[from, new Date(2026, 10, 21, 6).getTime()], [new Date(2026, 10, 21, 22).getTime(), to]]);
  });
});

describe("arguments of a service", () => {
  const argument = (more: Partial<Argument>) => ({ id: "x", name: { zh: "", en: "" }, type: "number", unit: "", range: null, required: true, longest: 5, ...more }) as Argument;

  it.each([
    [{}, "4.5", { x: 4.5 }],
    [{}, "", null],
    [{ required: false }, "", {}],
    [{ range: [0, 4] }, "5", null],
    [{ type: "integer" }, "4.5", null],
    [{ type: "boolean" }, "false", { x: false }],
    [{ type: "text" }, "too long", null],
    [{}, "four", null],
  ] as [Partial<Argument>, string, unknown][])("%o given %s is %o", (more, text, wanted) => {
    expect(typed([argument(more)], { x: text })).toEqual(wanted);
  });
});

describe("a step of a case", () => {
  it("waits for what it needs and types what it is given", () => {
    const step = { step: "recheck", name: { zh: "", en: "" }, needs: ["agrees", "note"] };

    expect(given(step, { agrees: "false" })).toBeNull();
    expect(given(step, { agrees: "false", note: "no" })).toEqual({ agrees: false, note: "no" });
  });
});

describe("the chain", () => {
  const link = (id: string, more: Partial<Link> = {}) => ({ id, cause: "", kind: "CommandIssued", at: "2026-11-21T00:00:00Z", about: { device: "d" }, title: { zh: "", en: "" }, depth: 1, ...more });

  it("tells no announcement that says nothing, and not the reading again", () => {
    const all = [link("late", { at: "2026-11-21T00:00:09Z" }), link("bare", { about: {} }), link("root", { depth: 0 }), link("moved", { kind: "CommandMoved" }), link("first")];

    expect(telling(all, "").map((one) => one.id)).toEqual(["first", "late"]);
  });

  it("leads each link to its page", () => {
    expect(pageOf(link("c", { kind: "CaseMoved", about: { case: 4 } }))).toEqual({ name: "case", params: { id: 4 } });
    expect(pageOf(link("d"))).toEqual({ name: "device", params: { code: "d" } });
    expect(pageOf(link("n", { about: {} }))).toBeNull();
  });
});

describe("the map", () => {
  const square = (path: string, kind: string, x = 0): MapFeature => ({
    type: "Feature",
    id: 1,
    geometry: { type: "Polygon", coordinates: [[[x, 0], [x + 2, 0], [x + 2, 2], [x, 2], [x, 0]]] },
    properties: { path, kind, name: { zh: "", en: "" }, height_m: null, base_m: null, level: null },
  });
  const device = (code: string, position: [number, number] | null, online = true) => ({ code, position, online }) as Device;

  it("finds the corners of all shapes", () => {
    expect(bounds([square("a", "building"), square("b", "building", 5)])).toEqual([[0, 0], [7, 2]]);
    expect(bounds([])).toBeNull();
  });

  it("draws a device as it is, and not where it has no position", () => {
    const spots = deviceSpots([device("a", [1, 1]), device("b", [2, 2], false), device("c", null)]);

    expect(spots.map((spot) => spot.properties.icon)).toEqual(["online", "offline"]);
  });

  it("draws an alarm at its device, else amid the nearest place that has a shape", () => {
    const byPath = new Map([["h/b1", square("h/b1", "building")], ["h", square("h", "estate", 9)]]);
    const alarms = [{ id: 1, device: "a", place: "h" }, { id: 2, device: null, place: "h/b1/u1/f01" }, { id: 3, device: null, place: "h/lane" }] as Alarm[];

    const spots = troubleSpots(alarms, () => "major", byPath, new Map([["a", [5, 5]]]));

    expect(spots.map(({ at, properties }) => [properties.id, at])).toEqual([[1, [5, 5]], [2, [1, 1]]]);
  });

  it("gives every place above an alarm the gravest of them", () => {
    const alarms = [{ place: "h/b1/u1", severity: "minor" }, { place: "h/b1", severity: "critical" }, { place: "h/b1/u1", severity: "major" }] as Alarm[];

    expect([...gravestByPlace(alarms)]).toEqual([["h/b1/u1", "major"], ["h/b1", "critical"], ["h", "critical"]]);
  });

  it("stacks rooms by their floor, the highest first", () => {
    const room = (path: string) => ({ path, kind: "room" }) as never;

    const floors = byFloor([room("h/u/f01/101"), room("h/u/f10/1001"), room("h/u/f01/102")]);

    expect(floors.map((row) => row.places.length)).toEqual([1, 2]);
  });
});

describe("a drawn story", () => {
  it("spreads its moments from the left edge to the right", () => {
    const moments = [{ at_s: 0, kind: "given", text: "co 12" }, { at_s: 900, kind: "command", text: "fan.on" }];

    const found = marks({ timeline: moments });

    expect(found.map((mark) => [mark.x, mark.given])).toEqual([[0, true], [1, false]]);
  });

  it.each([[0, "0s"], [90, "1m30s"], [3600, "1h"]])("writes %i seconds as %s", (at, wanted) => {
    expect(storyTime(at)).toBe(wanted);
  });
});
