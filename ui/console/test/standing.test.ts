import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import type { Conflict, Proposal, SceneChange } from "@linli/api";
import { ripe, tapped } from "@/alarms/verdict";
import { byKind, named } from "@/scenes/conflicts";
import { bars, dayOf, filled } from "@/scenes/days";
import { counted, folded, lineDiff } from "@/scenes/diff";
import { parted, proposalSteps } from "@/scenes/proposing";
import { altered, decisions, needsSecond, passes, percent } from "@/scenes/stages";
import { textOf } from "@/scenes/texts";
import { would } from "@/scenes/would";
import { speak } from "@/use/language";
import { WORDS } from "@/words";

const signs = { same: " ", in: "+", out: "-", gap: "…" } as const;
const drawn = (before: string, after: string) => lineDiff(before, after).map((line) => `${signs[line.kind]}${line.text}`);

beforeEach(() => speak("zh"));

describe("lineDiff", () => {
  it.each([
    ["", "", []],
    ["a\nb\n", "a\nb\n", [" a", " b"]],
    ["a\nb", "a\nb\n", [" a", " b"]],
    ["", "a\n", ["+a"]],
    ["a\n", "", ["-a"]],
    ["a\nb\nc", "a\nx\nc", [" a", "-b", "+x", " c"]],
    ["a\nb\nc", "c\na\nb", ["+c", " a", " b", "-c"]],
    ["a\na\na", "a\na", [" a", " a", "-a"]],
    ["a\n\nb", "a\nb", [" a", "-", " b"]],
  ])("%j to %j", (before, after, wanted) => {
    expect(drawn(before, after)).toEqual(wanted);
  });

  it("gives both texts back", () => {
    const [before, after] = ["id = 1\nabove = 30\nhold = 10\n", "id = 1\nhold = 20\nabove = 35\nx = 1\n"];
    const lines = lineDiff(before, after);

    const only = (out: string) => lines.filter((line) => line.kind !== out).map((line) => `${line.text}\n`).join("");

    expect([only("in"), only("out")]).toEqual([before, after]);
    expect(counted(lines)).toEqual({ in: 3, out: 2 });
  });

  it("numbers the lines of each text on their own", () => {
    const lines = lineDiff("a\nb\nc", "a\nc\nd");

    expect(lines.map((line) => [line.before, line.after])).toEqual([[1, 1], [2, null], [3, 2], [null, 3]]);
  });

  it("folds what is far from any change, and all of it where nothing changed", () => {
    const many = Array.from({ length: 20 }, (_, at) => `line ${at}`);
    const other = many.with(10, "new");

    const shown = folded(lineDiff(many.join("\n"), other.join("\n")), 2);

    expect(shown.map((line) => (line.kind === "gap" ? `${line.count} more` : signs[line.kind]))).toEqual(["8 more", " ", " ", "-", "+", " ", " ", "7 more"]);
    expect(folded(lineDiff("a\nb", "a\nb"))).toEqual([]);
  });
});

describe("days", () => {
  it("fills the days on which nothing happened, over the end of a month", () => {
    const all = filled([{ day: "2026-02-28", count: 3 }], 3, "2026-03-01");

    expect(all).toEqual([{ day: "2026-02-27", count: 0 }, { day: "2026-02-28", count: 3 }, { day: "2026-03-01", count: 0 }]);
  });

  it("draws a day with one so that it can be seen, and a day with none not at all", () => {
    const [none, one, many] = bars([{ day: "2026-03-06", count: 0 }, { day: "2026-03-07", count: 1 }, { day: "2026-03-08", count: 400 }]);

    expect([none?.height, one?.height, many?.height]).toEqual([0, 0.06, 1]);
    expect([none?.rest, one?.rest, many?.rest]).toEqual([false, true, true]);
  });

  it("knows no days as no bars", () => {
    expect(bars([])).toEqual([]);
  });

  it("says the day of the reader", () => {
    expect(dayOf(new Date(2026, 2, 1, 0, 5).getTime())).toBe("2026-03-01");
  });
});

const change = (more: Partial<SceneChange>) =>
  ({ state: "waiting", by: { id: 7, name: "A" }, stage: "on", stage_before: "on", version: 0, version_before: 0, ...more }) as SceneChange;

describe("changes", () => {
  it.each([
    ["somebody else who approves", change({}), 8, true, ["approve", "refuse"]],
    ["somebody else who does not", change({}), 8, false, []],
    ["its author, though he approves others", change({}), 7, true, ["withdraw"]],
    ["its author", change({}), 7, false, ["withdraw"]],
    ["anybody, once decided", change({ state: "done" }), 8, true, []],
    ["its author, once refused", change({ state: "refused" }), 7, true, []],
    ["one whose author is gone", change({ by: null }), 8, true, ["approve", "refuse"]],
  ])("may be answered by %s", (_who, one, user, approves, wanted) => {
    expect(decisions(one, user, approves)).toEqual(wanted);
  });

  it.each([
    [change({}), "没有改变"],
    [change({ stage_before: "on", stage: "shadow" }), "阶段 已启用 → 影子"],
    [change({ version: 2 }), "目录原版 → 第 2 版"],
    [change({ stage_before: "shadow", version_before: 3, version: 1 }), "阶段 影子 → 已启用 · 第 3 版 → 第 1 版"],
  ])("are said shortly", (one, wanted) => {
    expect(altered(one)).toBe(wanted);
  });

  it.each([
    [{ value_before: null, value: 25 }, "一号探头 · 高于：文本里的值 → 25 mg/m³"],
    [{ value_before: 25, value: null }, "一号探头 · 高于：25 mg/m³ → 文本里的值"],
  ])("of a limit say where, what and from what: %j", (values, wanted) => {
    expect(altered(change({ key: "above", target: "co-1", unit: "mg/m3", ...values }), "一号探头")).toBe(wanted);
  });
});

describe("needsSecond", () => {
  it.each([
    [true, "on", "off", true],
    [true, "off", "on", true],
    [true, "shadow", "off", false],
    [true, "off", "shadow", false],
    [false, "on", "off", false],
  ] as const)("safety %s, %s to %s: %s", (safety, stage, to, wanted) => {
    expect(needsSecond({ safety, stage }, to)).toBe(wanted);
  });
});

describe("proposals", () => {
  const by = { id: 7, name: "A" };

  it.each([
    ["open", null, 8, true, false, ["accept", "dismiss"]],
    ["open", null, 8, false, true, []],
    ["waiting", by, 7, true, true, ["dismiss"]],
    ["waiting", by, 8, false, true, ["approve"]],
    ["waiting", by, 8, true, true, ["approve", "dismiss"]],
    ["waiting", by, 8, false, false, []],
    ["accepted", by, 8, true, true, []],
    ["gone", by, 8, true, true, []],
  ] as const)("that are %s, accepted by %j, leave to %d (writes %s, approves %s) %j", (state, one, user, writes, approves, wanted) => {
    expect(proposalSteps({ state, by: one, safety: true, right_lost: 0 }, { user, writes, approves })).toEqual(wanted);
  });

  it.each([
    ["open", null, true, ["dismiss"]],
    ["waiting", by, true, ["dismiss"]],
    ["open", null, false, ["accept", "dismiss"]],
  ] as const)("that are %s, accepted by %j, and would miss right alarms (life safety %s) leave %j", (state, one, safety, wanted) => {
    expect(proposalSteps({ state, by: one, safety, right_lost: 1 }, { user: 8, writes: true, approves: true })).toEqual(wanted);
  });

  it("are parted into those to answer and those answered", () => {
    const all = ["gone", "open", "accepted", "waiting", "dismissed"].map((state) => ({ state }) as Proposal);

    const { live, past } = parted(all);

    expect([live.map((one) => one.state), past.map((one) => one.state)]).toEqual([["open", "waiting"], ["gone", "accepted", "dismissed"]]);
  });
});

describe("precision", () => {
  it.each([
    [1, "100"],
    [0.999, "99"],
    [0.5, "50"],
    [0, "0"],
  ])("of %d is said as %s", (share, wanted) => {
    expect(percent(share)).toBe(wanted);
  });
});

describe("passes", () => {
  const scene = { stage: "shadow" as const, own: false, version: 0, waiting: null };

  it.each([
    ["", scene, true],
    ["shadow", scene, true],
    ["on", scene, false],
    ["own", scene, false],
    ["own", { ...scene, version: 2 }, true],
    ["own", { ...scene, own: true }, true],
    ["waiting", scene, false],
    ["waiting", { ...scene, waiting: 4 }, true],
  ])("%j", (sieve, one, wanted) => {
    expect(passes(one, sieve)).toBe(wanted);
  });
});

describe("verdict", () => {
  it.each([
    ["raised", null, false],
    ["raised", "2026-01-01T00:00:00Z", true],
    ["acknowledged", "2026-01-01T00:00:00Z", true],
    ["shelved", null, false],
    ["cleared", null, true],
    ["closed", null, true],
  ] as const)("of an alarm that is %s is asked: %s", (state, acknowledged_at, wanted) => {
    expect(ripe({ state, acknowledged_at })).toBe(wanted);
  });

  it("is changed by another tap, and taken back by the same", () => {
    expect(tapped(null, "right")).toBe("right");
    expect(tapped("right", "wrong")).toBe("wrong");
    expect(tapped("wrong", "wrong")).toBeNull();
  });
});

describe("would", () => {
  const called = (service: string) => (service === "fan.on" ? "开风机" : service);

  it.each([
    ["fan.on", "开风机"],
    ["alarm raised", "报警"],
    ["alarm raised major", "报警"],
    ["case opened facility.air", "立案"],
    ["broadcast", "广播"],
    ["notify guard", "通知保安"],
    ["notify plumber", "通知水暖"],
    ["mode fire=confirmed", "火警 → 已确认火警"],
    ["5m case opened", "5 分钟后立案"],
    ["1m30s light.on", "1 分钟后light.on"],
    ["gate.up", "gate.up"],
  ])("%s", (phrase, wanted) => {
    expect(would(phrase, called)).toBe(wanted);
  });
});

describe("conflicts", () => {
  const one = (kind: Conflict["kind"], ...scenes: string[]) => ({ kind, scenes, about: [], count: 1, words: { zh: "", en: "" } }) as Conflict;

  it("stand with the kinds that bite first", () => {
    const groups = byKind([one("never", "a"), one("fight", "b", "c"), one("never", "d"), one("loop", "e")]);

    expect(groups.map((group) => [group.kind, group.items.length])).toEqual([["fight", 1], ["loop", 1], ["never", 2]]);
    expect(byKind([])).toEqual([]);
  });

  it("name the first of a loop again", () => {
    expect(named(one("loop", "a", "b"))).toEqual(["a", "b", "a"]);
    expect(named(one("fight", "a", "b"))).toEqual(["a", "b"]);
  });
});

describe("textOf", () => {
  const versions = { items: [{ number: 2, at: "", by: null, note: "", toml: "two" }], catalogue: "zero" };

  it.each([[0, "zero"], [2, "two"], [9, ""]])("version %d", (number, wanted) => {
    expect(textOf(versions, number)).toBe(wanted);
  });

  it("is empty for a scene that the catalogue does not have", () => {
    expect(textOf({ ...versions, catalogue: null }, 0)).toBe("");
  });
});

describe("categories", () => {
  it("are called as the glossary calls them", () => {
    const glossary = readFileSync(resolve(import.meta.dirname, "../../../catalog/glossary.toml"), "utf8");
    const told = [...glossary.matchAll(/\[categories\."([^"]+)"\]\nname = \{ zh = "([^"]+)", en = "([^"]+)" \}/g)];

    const said = told.map(([, id]) => [...((WORDS as Record<string, readonly string[]>)[`category.${id}`] ?? [])]);

    expect(told.length).toBeGreaterThan(50);
    expect(said).toEqual(told.map(([, , zh, en]) => [zh, en]));
  });
});
