/** What a guard scanned is told once, in order, and never lost on the way. */
import { expect, test } from "vitest";
import type { TourScan, TourScanned } from "@linli/api";
import { Kept, type Shelf } from "@/rounds/kept";

function shelf(): Shelf & { said: Map<string, string> } {
  const said = new Map<string, string>();
  return {
    said,
    getItem: (name) => said.get(name) ?? null,
    setItem: (name, value) => void said.set(name, value),
    removeItem: (name) => void said.delete(name),
  };
}
const scan = (key: string) => ({ key, at: "2026-06-01T14:00:00Z", text: "LT1.gate.1.ab", way: "qr" }) as TourScan;
const answers = (scans: TourScan[]) => ({ items: scans.map(({ key }) => ({ key, verdict: "counted" }) as TourScanned) });

test("keeps what could not be told, across a reload, and tells it in order", async () => {
  const there = shelf();
  const kept = new Kept("hml", 7, there);
  ["a", "b"].forEach((key) => kept.put(scan(key)));

  await expect(kept.tell(() => Promise.reject(new Error("no network")))).rejects.toThrow();
  const told: string[] = [];
  await new Kept("hml", 7, there).tell(async (scans) => (told.push(...scans.map(({ key }) => key)), answers(scans)));

  expect(told).toEqual(["a", "b"]);
  expect(kept.all()).toEqual([]);
});

test("keeps what was scanned while the rest was being told", async () => {
  const kept = new Kept("hml", 7, shelf());
  kept.put(scan("a"));
  let more = true;

  const got = await kept.tell(async (scans) => {
    if (more) kept.put(scan("b"));
    more = false;
    return answers(scans);
  });

  expect(got.map(({ key }) => key)).toEqual(["a", "b"]);
});

test("tells none before the one that waits for its place, and tells that with its place", async () => {
  const kept = new Kept("hml", 7, shelf());
  ["a", "b", "c"].forEach((key) => kept.put(scan(key)));
  const waits = new Set(["b"]);
  const told: TourScan[] = [];
  const send = async (scans: TourScan[]) => (told.push(...scans), answers(scans));

  await kept.tell(send, waits);
  expect(told.map(({ key }) => key)).toEqual(["a"]);

  kept.place("b", { longitude: 121.47, latitude: 31.23, accuracy_m: 8 });
  kept.place("a", null);
  waits.clear();
  await kept.tell(send, waits);
  expect(told.map(({ key, position }) => [key, position?.accuracy_m])).toEqual([["a", undefined], ["b", 8], ["c", undefined]]);
});

test("says so when there is no room, and throws nothing away", () => {
  const kept = new Kept("hml", 7, shelf());
  for (let n = 0; n < 500; n++) kept.put(scan(String(n)));

  expect(kept.put(scan("one more"))).toBe(false);
  expect(kept.all()).toHaveLength(500);
});

test("is of one account alone, and reads nonsense as nothing", () => {
  const there = shelf();
  new Kept("hml", 7, there).put(scan("a"));
  there.said.set("linli.rounds.hml.8", "{nonsense");

  expect(new Kept("hml", 8, there).all()).toEqual([]);
  expect(new Kept("hml", 7, there).all()).toHaveLength(1);
});
