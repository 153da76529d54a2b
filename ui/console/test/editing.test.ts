import { describe, expect, it } from "vitest";
import { contrary, firstPoint, fresh, grouped, joined, kindsOf, leavesOf, split, startValue, turned, withOp, without, type Known } from "@/scenes/editing/conditions";
import { offeredId, slugOf, wrongId } from "@/scenes/editing/ids";
import { said, stepOf, within } from "@/scenes/editing/problems";
import { partsOf, secondsOf, spanOf, storyTimeOf } from "@/scenes/editing/spans";
import { freshStep, phrasesOf, withService } from "@/scenes/editing/steps";
import { fullName, padded, readGiven, readThen, storiesOf, wanting, writeGiven, writeThen } from "@/scenes/editing/stories";
import { acting, limitValue, resting } from "@/scenes/editing/suggest";
import { altered, moved, namesAs, namesOf, put, putAll, same, type Row } from "@/scenes/editing/table";

const CO = { name: "co_mg_m3", type: "number", range: [0, 500] as [number, number] } as const;
const DOOR = { name: "door_state", type: "enum", range: null, values: [{ value: "closed" }, { value: "open" }] } as const;
const LEAK = { name: "water_leak", type: "boolean", range: null } as const;
const KNOWN: Known = {
  points: [CO, { ...DOOR, values: [...DOOR.values] }, LEAK],
  events: [{ name: "pressed" }],
  modes: [{ mode: "home", values: [{ value: "away" }, { value: "home" }] }],
  cases: [{ kind: "facility.air" }],
};
const FAN = { name: "fan.on", inverse: "fan.off", args: [] };
const DOABLE = {
  services: [FAN, { name: "fan.off", inverse: "fan.on", args: [] }, { name: "speaker.say", inverse: null, args: [{ name: "text", type: "text", required: true }] }],
  modes: KNOWN.modes,
  cases: KNOWN.cases,
  people: [{ id: "engineer" }, { id: "guard" }],
};

describe("a table", () => {
  it("takes a key out, and keeps the order of those that stay", () => {
    const row = { point: "co", above: 3, hold: "10s" };

    expect(Object.keys(put(row, "above", 5))).toEqual(["point", "above", "hold"]);
    expect(put(row, "hold", undefined)).toEqual({ point: "co", above: 3 });
    expect(row).toEqual({ point: "co", above: 3, hold: "10s" });
    expect(putAll(row, { above: undefined, below: 1 })).toEqual({ point: "co", hold: "10s", below: 1 });
  });

  it("moves nothing beyond its ends", () => {
    expect(moved(["a", "b", "c"], 0, 1)).toEqual(["b", "a", "c"]);
    expect(moved(["a", "b", "c"], 0, -1)).toEqual(["a", "b", "c"]);
    expect(moved(["a", "b", "c"], 2, 1)).toEqual(["a", "b", "c"]);
  });

  it("says the same whatever the order of its keys, and names what was altered", () => {
    expect(same({ a: 1, b: [1, { c: 2 }] }, { b: [1, { c: 2 }], a: 1 })).toBe(true);
    expect(same({ a: 1 }, { a: 1, b: 2 })).toBe(false);
    expect(same([1, 2], [2, 1])).toBe(false);
    expect(altered({ id: "x", name: { zh: "甲" }, at: ["garage"] }, { id: "x", name: { zh: "乙" }, cooldown: "5m" })).toEqual(["name", "cooldown", "at"]);
  });

  it("writes one name as it was read", () => {
    expect(namesOf("co")).toEqual(["co"]);
    expect(namesAs(["co"], "pm")).toBe("co");
    expect(namesAs(["co"], ["co", "pm"])).toEqual(["co"]);
    expect(namesAs([], "pm")).toBeUndefined();
  });
});

describe("a length of time", () => {
  it.each([["10s", 10], ["1h30m", 5400], ["500ms", 0.5], ["1d", 86_400]])("%s is %d seconds, and back", (text, seconds) => {
    expect(secondsOf(text)).toBe(seconds);
    expect(spanOf(seconds)).toBe(text);
  });

  it.each(["", "10", "5 m", "ten", "5m!"])("%s is none", (text) => expect(secondsOf(text)).toBeNull());

  it("is shown as one number of the largest unit that fits", () => {
    expect(partsOf("1h30m")).toEqual({ amount: "90", unit: "m" });
    expect(partsOf("15m")).toEqual({ amount: "15", unit: "m" });
    expect(partsOf("nonsense")).toEqual({ amount: "", unit: "s" });
  });

  it.each([["20", "20s"], ["20 秒", "20s"], ["5分钟", "5m"], ["1小时30分", "1h30m"], ["5 min", "5m"], ["22:30", "22:30"], ["22：30", "22:30"], ["soon", null], ["25:00", null]])("typed as %s is %s", (typed, written) => {
    expect(storyTimeOf(typed)).toBe(written);
  });
});

describe("an id", () => {
  it("is offered from the English name, and never one that is taken", () => {
    expect(offeredId("safety", "garage_air", "Garage CO – too high!", [])).toBe("safety.garage_air.garage_co_too_high");
    expect(offeredId("safety", "gas", "Leak", ["safety.gas.leak"])).toBe("safety.gas.leak_2");
    expect(offeredId("safety", "gas", "", ["safety.gas.own_1"])).toBe("safety.gas.own_2");
    expect(slugOf("车库")).toBe("");
    expect(slugOf("Café Nº 5")).toBe("cafe_no_5");
  });

  it.each([["safety.gas.leak", "taken"], ["safety.gas.Leak", "slug"], ["safety..leak", "category"], ["safety.gas.new_one", null]])("%s is wrong as %s", (id, wrong) => {
    expect(wrongId(id, ["safety.gas.leak"])).toBe(wrong);
  });
});

describe("a condition", () => {
  it.each([
    [{ point: "co_mg_m3", above: 3 }, ["limit"]],
    [{ below: 3, hold: "5m" }, ["limit"]],
    [{ point: "co_mg_m3", rises: 3, within: "1m" }, ["rate"]],
    [{ silent: "5m" }, ["silence"]],
    [{ event: "pressed" }, ["event"]],
    [{ event: "pressed", count: 3, within: "1m" }, ["count"]],
    [{ point: "co_mg_m3", above: 3, count: 3, within: "1m" }, ["count"]],
    [{ all: [], point: "co_mg_m3", above: 3, time: {}, mode: {}, case: "x" }, ["all", "limit", "time", "mode", "case"]],
    [{ hold: "5m" }, []],
  ])("%j is of the kinds %j", (node, kinds) => expect(kindsOf(node)).toEqual(kinds));

  it.each(["limit", "rate", "silence", "event", "count", "time", "mode", "case", "after", "all", "any", "not"] as const)("that is begun as %s is one", (kind) => {
    expect(kindsOf(fresh(kind, KNOWN))).toEqual([kind]);
  });

  it("begins with a value that its sensor can show", () => {
    expect(startValue(CO)).toBe(330);
    expect(startValue({ ...DOOR, values: [...DOOR.values] })).toBe("open");
    expect(startValue(LEAK)).toBe(1);
    expect(fresh("limit", KNOWN, LEAK)).toEqual({ point: "water_leak", equals: 1 });
  });

  it("keeps its point, its place and its hold when it becomes another kind", () => {
    const node = { point: "co_mg_m3", above: 30, where: "same zone", hold: "10s" };

    expect(turned(node, "silence", KNOWN)).toEqual({ point: "co_mg_m3", silent: "30m", where: "same zone", hold: "10s" });
    expect(turned(node, "count", KNOWN)).toEqual({ ...node, count: 3, within: "10m" });
    expect(turned(node, "time", KNOWN)).toEqual({ time: { from: "22:00", to: "06:00", days: "all" }, hold: "10s" });
    expect(turned(node, "limit", KNOWN)).toBe(node);
  });

  it("keeps what it compares with when the comparison changes", () => {
    expect(withOp({ point: "co_mg_m3", above: 30, hold: "1m" }, "below", CO)).toEqual({ point: "co_mg_m3", hold: "1m", below: 30 });
    expect(withOp({ point: "co_mg_m3", above: 30 }, "outside", CO)).toEqual({ point: "co_mg_m3", outside: [0, 30] });
    expect(withOp({ point: "co_mg_m3", outside: [5, 30] }, "above", CO)).toEqual({ point: "co_mg_m3", above: 30 });
    expect(withOp({ point: "x", above: 3, hysteresis: 1 }, "not_equals", CO)).toEqual({ point: "x", not_equals: 3 });
  });

  it("gets a sibling in its group, or in a new one", () => {
    const [one, two] = [{ point: "a", above: 1 }, { event: "pressed" }];

    expect(joined({}, "all", one)).toEqual(one);
    expect(joined(one, "any", two)).toEqual({ any: [one, two] });
    expect(joined({ any: [one], hold: "5s" }, "any", two)).toEqual({ any: [one, two], hold: "5s" });
    expect(joined({ any: [one, two] }, "all", two)).toEqual({ all: [{ any: [one, two] }, two] });
  });

  it("of a group of one is that one, unless the group holds", () => {
    const [one, two] = [{ point: "a", above: 1 }, { event: "pressed" }];

    expect(without({ all: [one, two] }, "all", 1)).toEqual(one);
    expect(without({ all: [one, two], hold: "5m" }, "all", 0)).toEqual({ all: [two], hold: "5m" });
  });

  it("turns all into any, and into its contrary, and back", () => {
    const both = { all: [{ point: "a", above: 1 }], hold: "5m" };

    expect(grouped(both, "any")).toEqual({ any: both.all, hold: "5m" });
    expect(grouped(both, "not")).toEqual({ not: both });
    expect(grouped({ not: { event: "pressed" } }, "any")).toEqual({ any: [{ event: "pressed" }] });
  });

  it("of several kinds is split without losing any", () => {
    const node = { point: "a", above: 1, where: "same zone", time: { from: "22:00" }, case: "x", open: false, all: [{ event: "pressed" }], hold: "5m" };

    expect(split(node)).toEqual({
      all: [{ event: "pressed" }, { point: "a", above: 1, where: "same zone" }, { time: { from: "22:00" } }, { case: "x", open: false }],
      hold: "5m",
    });
  });

  it("keeps how long a mode has been so, and while which one it counts", () => {
    const counted = { point: "a", equals: 1, count: 1, within: "10m", while: { mode: { home: "away" }, since: "1m" } };

    expect(kindsOf(counted)).toEqual(["count"]);
    expect(split({ ...counted, mode: { care: "lone" }, since: "2m" })).toEqual({ all: [counted, { mode: { care: "lone" }, since: "2m" }] });
  });

  it.each([
    [{ point: "co_mg_m3", above: 30, hold: "10s" }, { point: "co_mg_m3", below: 24, hold: "1m" }],
    [{ all: [{ event: "pressed" }, { point: "co_mg_m3", at_most: 0 }] }, { point: "co_mg_m3", above: 10, hold: "1m" }],
    [{ point: "water_leak", equals: 1 }, { point: "water_leak", not_equals: 1, hold: "1m" }],
    [{ point: "co_mg_m3", outside: [5, 9] }, { not: { point: "co_mg_m3", outside: [5, 9] }, hold: "1m" }],
    [{ event: "pressed" }, { after: "10m" }],
  ])("%j is ended by %j", (when, clear) => expect(contrary(when as Row, KNOWN)).toEqual(clear));

  it("tells its leaves and its first point", () => {
    const tree: Row = { all: [{ not: { silent: "5m", point: "z" } }, { any: [{ point: "a", above: 1 }, { event: "pressed" }] }] };

    expect(leavesOf(tree)).toHaveLength(3);
    expect(firstPoint(tree)).toBe("a");
  });
});

describe("a step", () => {
  it("begins with what must be told to its service, and undoes nothing that cannot be undone", () => {
    expect(freshStep("command", DOABLE)).toEqual({ command: "fan.on" });
    expect(withService({ command: "fan.on", where: "same zone", undo: false }, "speaker.say", DOABLE)).toEqual({ command: "speaker.say", where: "same zone", args: { text: "…" } });
    expect(freshStep("case", DOABLE)).toEqual({ case: "facility.air", to: "guard", within: "30m" });
  });

  it("tells what stories may expect of it", () => {
    const table: Row = { do: [{ command: "fan.on" }, { case: "facility.air" }, { notify: "guard" }, { mode: { home: "away" } }] };

    expect(phrasesOf(table, DOABLE)).toEqual(["alarm raised", "alarm cleared", "fan.on", "fan.off", "case opened", "notify guard", "mode home=away"]);
    expect(phrasesOf({ alarm: false, do: [{ command: "fan.on", undo: false }] }, DOABLE)).toEqual(["fan.on"]);
  });
});

const LINES = ["20s co 41", "1m co@2 -4.5", "5s event pressed", "5s pressed@2", "0s mode home=away", "5s case facility.air open", "5s offline", "5s @2 online", "3m nothing", "10m silence", "22:30 clock", "sat 22:30 clock", "rest clock", "23:10 co 41", "5s strange words in a row"];

describe("a story", () => {
  it.each(LINES)("reads and writes %s", (line) => {
    const written = writeGiven(readGiven(line));

    expect(written === line || written === line.replace("pressed@2", "event pressed@2")).toBe(true);
  });

  it("understands a prefix that means one point only", () => {
    expect(fullName("co", ["co_mg_m3", "pm25"])).toBe("co_mg_m3");
    expect(fullName("co", ["co_mg_m3", "co2_ppm"])).toBe("co");
    expect(fullName("co", ["co", "co2_ppm"])).toBe("co");
  });

  it("is run before all stories are written: those that are wanting are put behind", () => {
    const table: Row = { story: [{ title: "x", given: ["0s co 1"], then: [] }] };

    expect(storiesOf(padded(table)).map((one) => one.then)).toEqual([[], ["0s alarm raised"]]);
    expect(wanting(storiesOf(padded({})))).toEqual([]);
  });

  it("tells its expected lines, and which kind of story is wanting", () => {
    const stories = storiesOf({ story: [{ title: "x", given: ["0s co 1"], then: [] }] });

    expect(wanting(stories)).toEqual(["acts"]);
    expect(wanting([])).toEqual(["acts", "rests"]);
    expect(writeThen(readThen("30s alarm raised"))).toBe("30s alarm raised");
  });
});

describe("a story that is made", () => {
  it("of a limit with a hold waits for it, and comes back", () => {
    const table = { when: { point: "co_mg_m3", above: 30, hold: "10s" }, clear: { below: 24, hold: "5m" } };

    expect(acting(table, KNOWN)).toEqual(["0s co_mg_m3 24", "1m co_mg_m3 36", "2m10s co_mg_m3 19", "7m11s nothing"]);
    expect(resting(table, KNOWN)).toEqual(["0s co_mg_m3 24", "1m co_mg_m3 36", "1m5s co_mg_m3 24", "2m10s nothing"]);
  });

  it("of a switch says yes and no", () => {
    expect(acting({ when: { point: "water_leak", equals: 1 } }, KNOWN)).toEqual(["0s water_leak 0", "1m water_leak 1", "2m water_leak 0", "2m1s nothing"]);
  });

  it("of an event in an hour and a mode starts in that hour, or out of it", () => {
    const table: Row = { when: { all: [{ event: "pressed" }, { time: { from: "22:00", to: "06:00", days: "rest" } }, { mode: { home: "away" } }] } };

    expect(acting(table, KNOWN).slice(0, 4)).toEqual(["rest 22:05 clock", "0s mode home=home", "1m mode home=away", "1m event pressed"]);
    expect(resting(table, KNOWN)[0]).toBe("rest 06:30 clock");
  });

  it("of what counts while a mode has lasted comes after the time to leave, or within it", () => {
    const away = { mode: { home: "away" }, since: "1m" };
    const opened = { point: "water_leak", equals: 1, count: 1, within: "10m", while: away };
    const table: Row = { when: { ...opened, hold: "45s" }, clear: { point: "water_leak", equals: 0, hold: "10m" } };

    expect(acting(table, KNOWN).slice(0, 4)).toEqual(["0s mode home=home", "0s water_leak 0", "1m mode home=away", "2m1s water_leak 1"]);
    expect(resting(table, KNOWN).slice(0, 4)).toEqual(["0s mode home=home", "0s water_leak 0", "1m mode home=away", "1m30s water_leak 1"]);
    expect(resting({ when: opened }, KNOWN).at(-1)).toBe("5m nothing");
  });

  it("of an event once a mode has lasted waits for it; of a mode that has just begun it does not", () => {
    const since: Row = { when: { all: [{ event: "pressed" }, { mode: { home: "away" }, since: "2m" }] } };
    const begun: Row = { when: { all: [{ not: { mode: { home: "away" }, since: "20s" } }, { mode: { home: "away" } }] } };

    expect(acting(since, KNOWN).slice(0, 3)).toEqual(["0s mode home=home", "1m mode home=away", "3m1s event pressed"]);
    expect(resting(since, KNOWN).slice(0, 3)).toEqual(["0s mode home=home", "1m mode home=away", "2m event pressed"]);
    const both: Row = { when: { all: [{ mode: { home: "away" } }, { mode: { care: "lone" } }, { event: "pressed" }] } };
    expect(acting(both, KNOWN).slice(2, 5)).toEqual(["1m mode home=away", "1m mode care=lone", "1m event pressed"]);
    expect(acting(begun, KNOWN).slice(0, 2)).toEqual(["0s mode home=home", "1m mode home=away"]);
  });

  it("of silence, a rate, a count and neighbours says what each needs", () => {
    expect(acting({ when: { point: "co_mg_m3", silent: "15m" } }, KNOWN)).toContain("16m silence");
    expect(acting({ when: { point: "co_mg_m3", rises: 50, within: "2m" } }, KNOWN).slice(1, 3)).toEqual(["1m co_mg_m3 125", "2m co_mg_m3 185"]);
    expect(acting({ when: { event: "pressed", count: 2, within: "1m" } }, KNOWN).slice(0, 2)).toEqual(["1m event pressed", "1m20s event pressed"]);
    expect(acting({ when: { point: "co_mg_m3", above: 30, where: "same zone", of: 2 } }, KNOWN)).toContain("1m co_mg_m3@3 36");
  });

  it.each([
    [{ above: 30 }, true, 36],
    [{ above: 500 }, true, 500],
    [{ below: 0.5 }, false, 5.5],
    [{ outside: [10, 20] }, true, 25],
    [{ outside: [10, 500] }, true, 5],
    [{ equals: 3 }, false, 4],
  ])("meets %j (%s) with %d", (node, want, value) => {
    expect(limitValue(node as never, want as boolean, CO)).toBe(value);
  });

  it("knows the order of words", () => {
    const level = { name: "level", type: "enum" as const, values: [{ value: "low" }, { value: "mid" }, { value: "high" }] };

    expect(limitValue({ at_least: "mid" }, true, level)).toBe("mid");
    expect(limitValue({ at_least: "mid" }, false, level)).toBe("low");
    expect(limitValue({ equals: "low" }, false, level)).toBe("mid");
  });
});

describe("a problem", () => {
  const problems = [
    { where: "when.any[0].above", key: "scenes.limit_out_of_range", message: "beyond" },
    { where: "do.1.command", key: "scenes.unknown_service", message: "no such" },
    { where: "a story", key: "scenes.story_failed", message: "fails" },
  ];

  it("is said at its field, in whichever way it is counted", () => {
    expect(said(problems, "when.any.0.above")).toBe("beyond");
    expect(within(problems, "when.any")).toHaveLength(1);
    expect(within(problems, "do.10")).toHaveLength(0);
  });

  it("belongs to a step of the form", () => {
    expect(problems.map(stepOf)).toEqual(["when", "do", "proof"]);
  });
});
