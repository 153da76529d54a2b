/** Beacons that the telephone hears, links of tags, and the shift that it holds. */
import { beforeEach, describe, expect, it } from "vitest";
import type { OwnTours, User } from "@linli/api";
import { Ear, nameOf, type Advertisement } from "@/rounds/beacons";
import { pointOf } from "@/rounds/kept";
import { codeIn } from "@/rounds/nfc";
import { drop, held, hold, standIn } from "@/rounds/shift";

const view = (hex: string) => new DataView(Uint8Array.from(hex.match(/../g)!, (two) => parseInt(two, 16)).buffer);
const UUID = "b5b182c7-eab1-4988-aa99-b5c1517008d9";
const NAME = `ibeacon:${UUID}:1:7`;
const said = (rssi: number, hex = `0215${UUID.replaceAll("-", "")}00010007c5`): Advertisement => ({ rssi, manufacturerData: new Map([[0x4c, view(hex)]]) });

describe("a beacon", () => {
  it("is known by the name that the server knows", () => {
    expect(nameOf(said(-60))).toBe(NAME);
    const uid = view("00ee8b0ca750095477cb3e770123456789ab0000");
    expect(nameOf({ serviceData: new Map([["0000feaa-0000-1000-8000-00805f9b34fb", uid]]) })).toBe("eddystone:8b0ca750095477cb3e77:0123456789ab");
    expect(nameOf(said(-60, "0215b5b1"))).toBe("");
    expect(nameOf({})).toBe("");
  });

  it.each([
    ["strong for long enough", [[-60, 0], [-60, 9], [-60, 10]], 1],
    ["heard on and on, and told once", [[-60, 0], [-60, 10], [-60, 20], [-60, 30]], 1],
    ["too weak", [[-80, 0], [-80, 12]], 0],
    ["gone by twice", [[-60, 0], [-60, 5], [-60, 40], [-60, 45]], 0],
    ["come back to", [[-60, 0], [-60, 12], [-60, 60], [-60, 72]], 2],
  ])("that is %s", (_how, heard, times) => {
    const ear = new Ear(() => [{ beacon: NAME, least_dbm: -75, dwell_s: 10 }]);

    const stays = heard.flatMap(([rssi, s]) => ear.hear(said(rssi!), s! * 1000) ?? []);

    expect(stays).toHaveLength(times as number);
  });

  it("of nobody's points is not listened to", () => {
    expect(new Ear(() => []).hear(said(-60), 0)).toBeNull();
  });
});

it.each([
  ["https://linli.example/hml/rounds#nfc=LT3.gate.1.ab", "LT3.gate.1.ab"],
  ["#nfc=LT3.gate.1.ab", "LT3.gate.1.ab"],
  [" LT1.gate.1.ab ", "LT1.gate.1.ab"],
  ["#nfc=%E0%A4%A", "%E0%A4%A"],
])("the code of %s is what stands behind its mark", (text, code) => {
  expect(codeIn(text)).toBe(code);
});

it("a scan says of which point it is, where it can", () => {
  const of = (text: string, point = "") => pointOf({ text, point } as never);

  expect([of("LT3.gate-n.1.ab"), of("NFC-7"), of("", "pump")]).toEqual(["gate-n", "", "pump"]);
});

describe("the shift on the telephone", () => {
  const NOW = Date.parse("2026-06-01T14:00:00Z");
  const me = { id: 7, name: "李四", language: "zh", communities: [{ code: "hml", name: { zh: "和睦里", en: "" } }] } as unknown as User;
  const point = { number: 1, code: "gate", by: { id: 9, name: "王五" }, reason: "王五说锁着", state: "due" };
  const tour = (walker: object | null) => ({ id: 1, ends_at: "2026-06-01T15:00:00Z", walker, case: 4, points: [point] });
  const answer = (...walkers: (object | null)[]) => ({ items: walkers.map(tour), on_duty: true, now: "" }) as unknown as OwnTours;
  beforeEach(() => localStorage.clear());

  it("names nobody, not even himself", () => {
    expect(hold(me, "hml", answer({ id: 7, name: "李四" }, { id: 9, name: "王五" }, null), NOW)).toBe(true);

    expect(localStorage.getItem("linli.shift")).not.toMatch(/李四|王五|锁着/);
    expect(held(NOW)!.tours.items.map(({ walker }) => walker?.id)).toEqual([7, 0, undefined]);
  });

  it.each([[2, true], [4, false]])("is there %i hours later: %s", (hours, there) => {
    hold(me, "hml", answer(null), NOW);

    expect(held(NOW + hours * 3_600_000) !== null).toBe(there);
  });

  it("lets him into his rounds and nothing else", () => {
    hold(me, "hml", answer(null), NOW);

    expect(standIn(held(NOW)!)).toMatchObject({ id: 7, permissions: { hml: ["tours.walk"] }, roles: {}, staff: false });
  });

  it("is gone when it is dropped, and nonsense is none", async () => {
    hold(me, "hml", answer(null), NOW);
    await drop();
    expect(held(NOW)).toBeNull();
    localStorage.setItem("linli.shift", "{nonsense");
    expect(held(NOW)).toBeNull();
  });

  it("is not held for a community that is not his", () => {
    expect(hold(me, "other", answer(null), NOW)).toBe(false);
  });
});
