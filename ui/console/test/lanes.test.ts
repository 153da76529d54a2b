/** What a guard and a resident do about places and lanes: marked, lent, reported. */
import { flushPromises, mount } from "@vue/test-utils";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { Refused } from "@linli/api";
import ParkingReportPage from "@/pages/ParkingReportPage.vue";
import MisparkedLine from "@/parking/MisparkedLine.vue";
import StaySheet from "@/parking/StaySheet.vue";
import PlacesPage from "@/resident/parking/PlacesPage.vue";
import { speak } from "@/use/language";
import { permissions } from "@/use/session";

const { said, calls, CAR, STAY, own } = vi.hoisted(() => {
  const said = (zh: string) => ({ zh, en: zh });
  const calls = { mend: vi.fn(), lend: vi.fn(), report: vi.fn(), plate: vi.fn() };
  const CAR = { plate: "浙A12B45", colour: "blue", bay: "B2-017", pay_by_wallet: false, findable: false, looked: 0 };
  const OWN = { cars: [{ ...CAR, bays: [{ lot: "g1", lot_name: said("1号车库"), number: "B2-017" }] }], stays: [], permits: [], loans: [], bookings: [], misparked: [], wallet_fen: 0, earned_fen: 0, earned: [] };
  const STAY = {
    id: 7, lot: "g1", plate: "浙A·1***5", whole_plate: "浙A12B45", kind: "hourly", state: "inside", why: "", entered_at: "2026-06-01T00:00:00Z", left_at: null,
    fee: { fen: 0, paid_fen: 0, due_fen: 0, in_time: false, lines: [] }, seen: [], done: [], looked: 0, bay: "", bays: [{ number: "M1", kind: "mother_child", taken: true }],
  };
  const own = { ...OWN };
  return { said, calls, CAR, STAY, own };
});
vi.mock("@linli/api", async (whole) => ({
  ...(await whole<object>()),
  parking: {
    stay: async () => STAY,
    mend: async (...told: unknown[]) => calls.mend(...told),
    misparked: async () => ({ items: [], next: null }),
    report: async (...told: unknown[]) => calls.report(...told),
    plate: async (...told: unknown[]) => calls.plate(...told),
  },
  parkingSetup: { zones: async () => ({ items: [{ code: "lane-1", name: said("消防通道 1"), open: true }, { code: "old", name: said("旧"), open: false }] }) },
  myParking: { all: async () => own, offers: async () => ({ items: [] }), lend: async (...told: unknown[]) => calls.lend(...told) },
}));
const stubs = { RouterLink: { template: "<a><slot /></a>" } };
const show = async (page: object, props = {}) => {
  const shown = mount(page, { props, global: { stubs } });
  await flushPromises();
  return shown;
};
beforeEach(() => Object.values(calls).forEach((call) => call.mockReset()));

describe("a stay on a place for children", () => {
  it("is marked by whoever saw it, with the number and a reason", async () => {
    const page = await show(StaySheet, { id: 7 });

    await page.get("input[type=radio][value=bay]").setValue();
    await page.get("select").setValue("M1");
    expect(page.get("form button[type=submit]").attributes("disabled")).toBeDefined();
    await page.findAll("form input[type=text]").at(-1)!.setValue("岗亭老王看到");
    await page.get("form").trigger("submit");
    await flushPromises();

    expect(calls.mend.mock.calls[0]![2]).toMatchObject({ step: "bay", bay: "M1", reason: "岗亭老王看到" });
  });
});

describe("one's own place", () => {
  it("is lent in the lot that the records say, on the days that are ticked", async () => {
    const page = await show(PlacesPage);
    const form = page.findAll("form").at(-1)!;

    for (const day of ["1", "2", "3", "4", "5"]) await form.get(`input[value="${day}"]`).setValue(false);
    expect(form.get("button").attributes("disabled")).toBeDefined();
    await form.get('input[value="7"]').setValue(true);
    await form.get('input[value="6"]').setValue(true);
    await form.trigger("submit");

    expect(calls.lend.mock.calls[0]![1]).toEqual({ lot: "g1", number: "B2-017", days: "67", starts: "08:00:00", ends: "18:00:00" });
  });

  it("that no lot has is said to be so", async () => {
    own.cars = [{ ...CAR, bays: [] }];
    const page = await show(PlacesPage);

    expect(page.text()).toMatch(/B2-017/);
    expect(page.findAll("form")).toHaveLength(0);
  });
});

describe("a car that stands where none may", () => {
  it.each([
    [{ told: 2, times: 1 }, /2 部手机|2 telephones/],
    [{ told: 0, times: 1 }, /没有这辆车|Neither the register/],
    [{ told: 0, times: 3 }, /不再打扰|left in peace/],
  ])("is reported with zone and plate, and what came of it is said: %o", async (more, words) => {
    calls.report.mockResolvedValue({ id: 1, zone_name: said("消防通道 1"), plate: "浙A·1***5", case: null, ...more });
    const page = await show(ParkingReportPage);

    expect(page.findAll("option").map((one) => one.text())).toEqual(["消防通道 1"]);
    await page.get("input").setValue(" 浙a12b45 ");
    await page.get("form").trigger("submit");
    await flushPromises();

    expect(calls.report.mock.calls[0]!.slice(1)).toEqual(["lane-1", "浙a12b45"]);
    expect(page.get("[role=status]").text()).toMatch(words);
  });

  it("is asked for again at its field where that is no plate, and told once it is one", async () => {
    calls.report.mockRejectedValueOnce(new Refused("parking.bad_plate", "不是车牌号，请核对。", 422));
    const page = await show(ParkingReportPage);
    const send = async (plate: string) => {
      await page.get("input").setValue(plate);
      await page.get("form").trigger("submit");
      await flushPromises();
    };
    await send("QQ");
    expect(page.get("input").attributes("aria-invalid")).toBe("true");
    expect(page.get("[role=alert]").text()).toBe("不是车牌号，请核对。");

    calls.report.mockResolvedValue({ id: 1, zone_name: said("消防通道 1"), plate: "浙A·1***5", case: null, told: 1, times: 1 });
    await send("浙A12B45");

    expect(page.find("[role=alert]").exists()).toBe(false);
    expect(page.find("form").exists()).toBe(false);
  });
});

describe("a car whose plate its camera doubts", () => {
  const AskDialog = { props: ["title", "verb", "ready"], emits: ["go"], template: '<form><slot /><button class="go" :disabled="!ready" @click.prevent="$emit(\'go\')">{{ verb }}</button></form>' };
  const line = (more = {}) => {
    const car = { id: 7, zone: "lane-1", zone_name: said("消防通道 1"), kind: "fire_lane", place: "hml/lane-1", plate: "浙A·1***5", first_at: "2026-06-01T00:00:00Z", last_at: "2026-06-01T00:00:00Z", times: 1, state: "standing", told: 0, coming_at: null, case: null, tow_note: "", doubted: true, ...more };
    return mount(MisparkedLine, { props: { car }, global: { stubs: { ...stubs, AskDialog } } });
  };
  const confirming = (page: ReturnType<typeof line>) => page.findAll(".row button").filter((one) => one.text() === "核实车牌");
  beforeEach(() => {
    speak("zh");
    vi.spyOn(permissions, "value", "get").mockReturnValue(new Set(["parking.handle"]));
  });

  it("is said to be in doubt, and the guard says which plate he reads there", async () => {
    const page = line();
    expect(page.text()).toContain("车牌没看清，未通知、未立案");
    const [form] = page.findAll("form");

    expect(form!.get(".go").attributes("disabled")).toBeDefined();
    await form!.get("input").setValue(" 浙A12B45 ");
    await form!.get(".go").trigger("click");
    await flushPromises();

    expect(confirming(page)).toHaveLength(1);
    expect(calls.plate.mock.calls.map(([, ...said]) => said)).toEqual([[7, "浙A12B45"]]);
    expect(page.emitted("changed")).toHaveLength(1);
  });

  it("is nothing to confirm where the plate is known, or who looks on may do nothing", () => {
    expect(confirming(line({ doubted: false }))).toHaveLength(0);
    vi.spyOn(permissions, "value", "get").mockReturnValue(new Set());
    expect(confirming(line())).toHaveLength(0);
  });
});
