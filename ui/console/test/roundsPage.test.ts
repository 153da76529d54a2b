/** A tag read by its link is on the telephone before anything is waited for; a network that says nothing hides no tours. */
import { flushPromises, mount } from "@vue/test-utils";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { tours, type OwnTours, type TourScan, type TourScanned } from "@linli/api";
import RoundsPage from "@/pages/RoundsPage.vue";
import { Kept } from "@/rounds/kept";
import { hold } from "@/rounds/shift";
import { speak, t } from "@/use/language";
import { community, user } from "@/use/session";

const { route, replace, whereami } = vi.hoisted(() => ({ route: { hash: "", query: {} }, replace: vi.fn(), whereami: vi.fn() }));
vi.mock("vue-router", () => ({ useRoute: () => route, useRouter: () => ({ replace }) }));
vi.mock("@/use/live", () => ({ useFacts: vi.fn() }));
vi.mock("@/rounds/where", () => ({ whereami }));

const TAG = "LT2.gate.1.ab";
const HERE = { longitude: 121.47, latitude: 31.23, accuracy_m: 8 };
const guard = { id: 7, communities: [{ code: "hml", name: { zh: "和睦里", en: "Hemuli" } }], permissions: { hml: ["tours.walk"] } } as never;
const none = { items: [], now: "2026-06-01T14:00:00Z", on_duty: true } as unknown as OwnTours;
const never = () => new Promise<never>(() => undefined);
const mine = vi.spyOn(tours, "mine");
const tell = vi.spyOn(tours, "tell");
const stubs = { AirScan: true, CodeScan: true, AskDialog: true, TourCard: { props: ["tour"], template: "<li class='tour'>{{ tour.id }}</li>" } };
const kept = () => new Kept("hml", 7).all();
const open = () => mount(RoundsPage, { global: { stubs } });

beforeEach(() => {
  vi.resetAllMocks();
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "setInterval", "clearInterval"] });
  localStorage.clear();
  speak("zh");
  [user.value, community.value, route.hash] = [guard, "hml", ""];
  mine.mockResolvedValue(none);
  tell.mockImplementation(async (_, scans) => ({ items: scans.map(({ key }) => ({ key, verdict: "counted", counted: true, name: { zh: "", en: "" } }) as TourScanned) }) as never);
  whereami.mockResolvedValue(HERE);
});
afterEach(() => vi.useRealTimers());

it("keeps the tag that opened it at once, and only then takes it from the address", async () => {
  route.hash = `#nfc=${TAG}`;
  let found: (where: unknown) => void = () => undefined;
  whereami.mockReturnValue(new Promise((done) => (found = done)));
  let then: TourScan[] = [];
  replace.mockImplementation(async () => void (then = kept()));
  const page = open();

  expect(kept()).toMatchObject([{ text: TAG, way: "nfc", position: null }]);
  expect(replace).toHaveBeenCalledWith({ hash: "" });
  expect(then).toHaveLength(1);
  await flushPromises();
  expect(tell).not.toHaveBeenCalled();

  found(HERE);
  await flushPromises();
  expect(tell.mock.calls.map(([, scans]) => scans)).toMatchObject([[{ text: TAG, position: HERE }]]);
  expect(kept()).toEqual([]);
  page.unmount();
});

it("keeps it though what was kept before cannot be told, and nothing answers", async () => {
  new Kept("hml", 7).put({ key: "before", text: "LT1.gate.1.ab", way: "qr" } as TourScan);
  tell.mockImplementation(never);
  mine.mockImplementation(never);
  route.hash = `#nfc=${TAG}`;
  const page = open();
  await flushPromises();

  expect(kept().map(({ text }) => text)).toEqual(["LT1.gate.1.ab", TAG]);
  await vi.advanceTimersByTimeAsync(5_000);
  expect(page.text()).toContain(t("rounds.keptOne"));
  expect(kept()).toHaveLength(2);
  page.unmount();
});

it("leaves it in the address where there is no room", async () => {
  for (let n = 0; n < 500; n++) new Kept("hml", 7).put({ key: String(n) } as TourScan);
  tell.mockImplementation(never);
  route.hash = `#nfc=${TAG}`;
  const page = open();
  await flushPromises();

  expect(replace).not.toHaveBeenCalled();
  expect(page.text()).toContain(t("rounds.dropped"));
  page.unmount();
});

it("shows the tours that it holds when the network does not answer", async () => {
  const tour = { id: 3, starts_at: "2026-06-01T14:00:00Z", ends_at: new Date(Date.now() + 3_600_000).toISOString(), walker: null, points: [] };
  hold(guard, "hml", { ...none, items: [tour] } as never);
  mine.mockImplementation(never);
  const page = open();
  await flushPromises();
  expect(page.findAll(".tour")).toHaveLength(0);

  await vi.advanceTimersByTimeAsync(5_000);
  await flushPromises();

  expect(page.findAll(".tour").map((one) => one.text())).toEqual(["3"]);
  page.unmount();
});
