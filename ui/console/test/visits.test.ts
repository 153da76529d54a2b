import { expect, it } from "vitest";
import type { VisitKind } from "@linli/api";
import { asPicture, chosenDoors, draft, lengths, local, people, unit, wish } from "@/resident/visits/wish";
import { isOpen } from "@/visits/useCalls";

const kind = (over: Partial<VisitKind> = {}): VisitKind =>
  ({ key: "guest", name: { zh: "亲友", en: "guest" }, lasts_min: 360, longest_min: 10_080, uses: 2, regular: false, digits: false, ...over }) as VisitKind;
const NOW = new Date(2026, 5, 1, 12, 0);

it("begins with what a kind usually needs, and keeps who comes", () => {
  const before = { ...draft(kind(), "hml/b05", NOW), name: "李来", plate: "浙z12345" };

  const after = draft(kind({ key: "courier", lasts_min: 60, uses: 1 }), "hml/b05", NOW, before);

  expect(after).toMatchObject({ kind: "courier", name: "李来", plate: "浙z12345", lastsMin: 60, uses: 1, begin: "2026-06-01T12:00" });
});

it("sends times with their zone, a plate in capitals, and days of regular guests alone", () => {
  const written = { ...draft(kind(), "hml/b05", NOW), name: " 李来 ", plate: " 浙z12345 ", days: "135", starts: "08:00", ends: "20:00" };

  const once = wish(written, false);
  const regular = wish(written, true);

  expect(once.guest).toMatchObject({ name: "李来", plate: "浙Z12345" });
  expect(Date.parse(once.until) - Date.parse(once.since)).toBe(6 * 3_600_000);
  expect([once.days, once.starts]).toEqual(["", undefined]);
  expect([regular.days, regular.starts, regular.ends]).toEqual(["135", "08:00", "20:00"]);
});

it.each([
  [kind(), [30, 45, 60, 120, 360, 720, 1440, 4320, 10_080]],
  [kind({ lasts_min: 45, longest_min: 120 }), [30, 45, 60, 120]],
  [kind({ lasts_min: 129_600, longest_min: 259_200, regular: true }), [10_080, 43_200, 129_600, 259_200]],
])("offers no length that would be refused", (found, offered) => {
  expect(lengths(found)).toEqual(offered);
});

it.each([
  [45, { key: "minutes", n: 45 }],
  [360, { key: "hours", n: 6 }],
  [10_080, { key: "days", n: 7 }],
])("says %i minutes in the largest whole unit", (minutes, said) => {
  expect(unit(minutes)).toEqual(said);
});

it("writes a time as an input has it", () => {
  expect(local(new Date(2026, 0, 2, 3, 4))).toBe("2026-01-02T03:04");
});

it.each([["ringing", false, true], ["answered", true, true], ["answered", false, false], ["missed", false, false], ["opened", true, false]])("a call that is %s, by me %s, lies over the page: %s", (state, by_me, open) => {
  expect(isOpen({ state, by_me })).toBe(open);
});

const DOORS = [
  { code: "gate-s", name: { zh: "南门", en: "south gate" }, kind: "gate", usual: true },
  { code: "door-b05", name: { zh: "5 幢门", en: "door 5" }, kind: "door", usual: true },
  { code: "club", name: { zh: "会所", en: "club" }, kind: "door", usual: false },
];

it("ticks the usual doors, sends none of them by name until one is changed, and forgets them with the home", () => {
  const written = draft(kind(), "hml/b05", NOW);

  expect(chosenDoors(written, DOORS)).toEqual(["gate-s", "door-b05"]);
  expect(wish(written, false).doors).toEqual([]);

  written.doors = ["gate-s", "club"];
  expect(wish(written, false).doors).toEqual(["gate-s", "club"]);
  expect(draft(kind({ key: "courier" }), "hml/b05", NOW, written).doors).toEqual(["gate-s", "club"]);
  expect(draft(kind(), "hml/b06", NOW, written).doors).toBeNull();
});

it("gives couriers digits unless the host says otherwise, and says how many come", () => {
  const written = draft(kind({ key: "courier", digits: true }), "hml/b05", NOW);

  expect(wish(written, false)).toMatchObject({ with_code: true, picture: false });
  expect(wish({ ...written, withCode: false, people: 4 }, false)).toMatchObject({ with_code: false, guest: { people: 4 } });
});

it.each([["1", 1], ["20", 20], ["0", 0], ["21", 0], ["", 0], ["2.5", 0], ["x", 0]])("reads %s as %i people", (typed, n) => {
  expect(people(typed)).toBe(n);
});

it.each([
  [{ uses: 2, lastsMin: 1440 }, false, true],
  [{ uses: 1, lastsMin: 30 }, false, true],
  [{ uses: 3, lastsMin: 30 }, false, false],
  [{ uses: 0, lastsMin: 30 }, false, false],
  [{ uses: 1, lastsMin: 4320 }, false, false],
  [{ uses: 1, lastsMin: 30 }, true, false],
])("a picture of %o, regular %s: %s", (over, regular, may) => {
  expect(asPicture({ ...draft(kind(), "hml", NOW), ...over }, kind({ regular }))).toBe(may);
});
