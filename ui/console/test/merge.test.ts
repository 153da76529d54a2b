import { describe, expect, it } from "vitest";
import type { Alarm } from "@linli/api";
import { admit, belongs, refresh, rows, take, type Desk } from "@/alarms/merge";

const alarm = (id: number, more: Partial<Alarm> = {}) =>
  ({ id, state: "raised", severity: "major", storm: null, storm_count: 0, ...more }) as Alarm;
const desk = (...ids: number[]): Desk => ({ shown: ids.map((id) => alarm(id)), fresh: [] });
const ids = (list: Alarm[]) => list.map((one) => one.id);

describe("take", () => {
  it("lets a new alarm wait while a hand is on the list", () => {
    const after = take(desk(2, 1), alarm(3), true, true);

    expect(ids(after.shown)).toEqual([2, 1]);
    expect(ids(after.fresh)).toEqual([3]);
  });

  it("puts a new alarm on top when nobody is there", () => {
    expect(ids(take(desk(2, 1), alarm(3), true, false).shown)).toEqual([3, 2, 1]);
  });

  it("changes a known alarm in its place, even when it no longer belongs", () => {
    const after = take(desk(3, 2, 1), alarm(2, { state: "closed" }), false, false);

    expect(ids(after.shown)).toEqual([3, 2, 1]);
    expect(after.shown[1]?.state).toBe("closed");
  });

  it("takes the same news twice as once", () => {
    const once = take(desk(1), alarm(2), true, true);

    expect(take(once, alarm(2), true, true)).toEqual(once);
  });

  it("drops a waiting alarm that was closed before anybody saw it", () => {
    const waiting = take(desk(1), alarm(2), true, true);

    expect(take(waiting, alarm(2, { state: "closed" }), false, true).fresh).toEqual([]);
  });
});

describe("admit and refresh", () => {
  it("lets the waiting in, newest on top", () => {
    const waiting = take(take(desk(1), alarm(2), true, true), alarm(3), true, true);

    expect(ids(admit(waiting).shown)).toEqual([3, 2, 1]);
    expect(admit(waiting).fresh).toEqual([]);
  });

  it("keeps the places of known rows when the first page is read again", () => {
    const after = refresh(desk(2, 1), [alarm(4), alarm(3), alarm(1, { count: 9 })], true);

    expect(ids(after.shown)).toEqual([2, 1]);
    expect(ids(after.fresh)).toEqual([4, 3]);
    expect(after.shown[1]?.count).toBe(9);
  });
});

describe("belongs", () => {
  it.each([
    ["raised", "open", true],
    ["cleared", "open", true],
    ["shelved", "open", false],
    ["closed", "open", false],
    ["closed", "", true],
    ["shelved", "shelved", true],
  ] as const)("an alarm that is %s under the filter '%s': %s", (state, filter, wanted) => {
    expect(belongs(alarm(1, { state }), filter, "")).toBe(wanted);
  });

  it("looks at the severity too", () => {
    expect(belongs(alarm(1), "open", "critical")).toBe(false);
  });
});

describe("rows", () => {
  it("shows of a storm its first, with how many stand behind it", () => {
    const list = [alarm(5, { storm: 7, storm_count: 3 }), alarm(4), alarm(3, { storm: 7, storm_count: 3 })];

    const shown = rows(list, true);

    expect(shown.map((row) => row.alarm.id)).toEqual([5, 4]);
    expect(shown[0]?.others).toBe(2);
  });

  it("shows every alarm when asked not to group", () => {
    expect(rows([alarm(2, { storm: 7 }), alarm(1, { storm: 7 })], false)).toHaveLength(2);
  });
});
