import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { describe, expect, it } from "vitest";
import type { ChargingPlace } from "@linli/api";
import { sketch } from "@/charging/plan";
import { away, isLane, nextAt, placeIn, standingOf, tally, usable } from "@/charging/say";
import { isFigure, periodsOf, repriced } from "@/charging/terms";
import { MY } from "@/resident/tabs";
import { speak } from "@/use/language";

const place = (label: string, more: Partial<ChargingPlace> = {}): ChargingPlace => ({
  code: `c-${label}`, label, state: "free", mine: false, power_w: 0, most_a: 32, limit_a: null, position: null, session: null, ...more,
});
/** A metre, in degrees, near 30° north. */
const [EAST, NORTH] = [1 / 96_406, 1 / 111_320];
const at = (x: number, y: number): [number, number] => [120 + x * EAST, 30 + y * NORTH];
const cells = (places: ChargingPlace[]) => sketch(places).map(({ place: one, column, row }) => `${one.label}:${column},${row}`);

describe("the sketch of a site", () => {
  it("shows all, however many, none over another", () => {
    const many = Array.from({ length: 60 }, (_, n) => place(String(n), { position: at((n % 30) * 1.2, n < 30 ? 0 : 4) }));
    const found = sketch(many);

    expect(found).toHaveLength(60);
    expect(new Set(found.map(({ column, row }) => `${column},${row}`)).size).toBe(60);
    expect(Math.max(...found.map(({ row }) => row))).toBe(2);
  });

  it("lays a slanting row flat, the western end first", () => {
    expect(cells([place("b", { position: at(2, 2) }), place("a", { position: at(0, 0) }), place("c", { position: at(4, 4) })])).toEqual(["a:1,1", "b:2,1", "c:3,1"]);
  });

  it("puts those of one position beside each other, and leaves out those of none", () => {
    expect(cells([place("a", { position: at(0, 0) }), place("b", { position: at(0, 0) }), place("c")])).toEqual(["a:1,1", "b:2,1"]);
    expect(sketch([])).toEqual([]);
  });
});

describe("a code that is read or typed", () => {
  it.each([
    ["https://linli.example/my/charging?at=ev-g1-z1-1&in=hml", "ev-g1-z1-1", "hml"],
    ["https://linli.example/my/charging?in=hml&at=a+b%26c#top", "a b&c", "hml"],
    [" A01 ", "A01", ""],
    ["https://pay.example/q/7f3a", "7f3a", ""],
    ["100%", "100%", ""],
    ["?at=%E0%A4%A", "\uFFFD%A", ""],
    ["", "", ""],
  ])("%s names %s of %s", (text, at, of) => {
    expect(placeIn(text)).toEqual({ at, of });
  });

  it("has a lane of four figures at most, or none", () => {
    expect(["", "2", " 0002 ", "12345", "x", "-1"].map(isLane)).toEqual([true, true, true, false, false, false]);
  });
});

describe("a place", () => {
  it.each([
    ["free", false, "free", true],
    ["kept", false, "busy", false],
    ["kept", true, "mine", true],
    ["charging", true, "mine", false],
    ["charging", false, "busy", false],
    ["plugged", false, "busy", false],
    ["preparing", false, "busy", false],
    ["faulted", false, "broken", false],
    ["off", false, "broken", false],
  ] as const)("that is %s (mine: %s) stands as %s; one may begin there: %s", (state, mine, standing, can) => {
    const one = place("a", { state, mine });

    expect([standingOf(one), usable(one)]).toEqual([standing, can]);
  });

  it("is counted once, and what there is none of is not told", () => {
    expect(tally([place("a"), place("b"), place("c", { state: "off" })])).toEqual([{ standing: "free", n: 2 }, { standing: "broken", n: 1 }]);
  });

  it("is as far as it is told, roughly", () => {
    speak("en");

    expect([away(null), away(3), away(124), away(1540)]).toEqual(["", "about 10 m from home", "about 120 m from home", "about 1.5 km from home"]);
  });
});

describe("the time by which a car is needed", () => {
  const now = new Date(2026, 5, 1, 20, 0, 0).getTime();

  it.each([
    ["20:01", [1, 20, 1]],
    ["20:00", [2, 20, 0]],
    ["07:30", [2, 7, 30]],
  ])("%s is the next one that comes", (clock, [day, hour, minute]) => {
    const found = nextAt(clock, now);

    expect([found?.getDate(), found?.getHours(), found?.getMinutes()]).toEqual([day, hour, minute]);
  });

  it.each(["", "7:30", "24:00", "12:60", "soon"])("%j is no time", (clock) => expect(nextAt(clock, now)).toBeNull());
});

describe("a tariff's text", () => {
  const text = readFileSync(resolve("../../catalog/tariffs/charging/ev_by_hour.toml"), "utf8");

  it("says its periods in their order", () => {
    expect(periodsOf(text).map(({ kind, hours, electricity, service }) => [kind, hours, electricity, service])).toEqual([
      ["valley", "00:00-08:00", "0.3200", "0.4000"],
      ["flat", "08:00-10:00, 15:00-18:00, 21:00-24:00", "0.6500", "0.4000"],
      ["peak", "10:00-15:00, 18:00-21:00", "1.0300", "0.4000"],
    ]);
  });

  it("is the same again with the same figures, and otherwise in these alone", () => {
    const periods = periodsOf(text);
    expect(repriced(text, periods)).toBe(text);

    const dearer = periods.map((one, n) => (n === 2 ? { ...one, electricity: "1.2" } : one));
    expect(repriced(text, dearer)).toBe(text.replace('"1.0300"', '"1.2"'));
  });

  it("keeps figures of other tables and comments, whatever is typed", () => {
    const written = '[[period]] # all day\nkind = "flat"\nhours = ["00:00-24:00"]\nelectricity = "0.5" # homes\nservice = "0"\n[[row]]\nelectricity = "9"\n';
    const [one] = periodsOf(written);

    expect(repriced(written, [{ ...one!, electricity: "$&0.7", service: " 0.1 " }])).toBe(written.replace('"0.5"', () => '"$&0.7"').replace('"0"', '"0.1"'));
  });

  it("takes figures of four places", () => {
    expect(["0", "0.65", "1.0300", "0.12345", "-1", "1,2", "a", ""].map(isFigure)).toEqual([true, true, true, false, false, false, false, false]);
  });
});

it("the pages behind charging have names of their own", () => {
  const names = MY.map(({ name }) => String(name)).filter((name) => name.startsWith("my-charging"));

  expect(names.sort()).toEqual(["my-charging", "my-charging-code", "my-charging-number", "my-charging-plates", "my-charging-sites-site"]);
});
