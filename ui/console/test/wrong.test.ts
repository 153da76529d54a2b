/** What the desk of parking or of charging is refused stands at the field that it is about, and what is about none is told. */
import { flushPromises, mount } from "@vue/test-utils";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Component } from "vue";
import { charging, chargingTariffs, coupons, devices, parking, parkingBooths, parkingRights, parkingSetup, plateWishes, Refused } from "@linli/api";
import CameraDialog from "@/charging/CameraDialog.vue";
import CloseDialog from "@/charging/CloseDialog.vue";
import ConnectorDialog from "@/charging/ConnectorDialog.vue";
import RefundDialog from "@/charging/RefundDialog.vue";
import SiteDialog from "@/charging/SiteDialog.vue";
import TextField from "@/kit/TextField.vue";
import AreaDialog from "@/parking/AreaDialog.vue";
import BayDialog from "@/parking/BayDialog.vue";
import BoothDialog from "@/parking/BoothDialog.vue";
import CouponGive from "@/parking/CouponGive.vue";
import HandOverDialog from "@/parking/HandOverDialog.vue";
import LaneCard from "@/parking/LaneCard.vue";
import LaneDialog from "@/parking/LaneDialog.vue";
import ListDialog from "@/parking/ListDialog.vue";
import LotDialog from "@/parking/LotDialog.vue";
import MisparkedLine from "@/parking/MisparkedLine.vue";
import PermitDialog from "@/parking/PermitDialog.vue";
import PermitLine from "@/parking/PermitLine.vue";
import ScreenDialog from "@/parking/ScreenDialog.vue";
import StaySheet from "@/parking/StaySheet.vue";
import WishLine from "@/parking/WishLine.vue";
import ZoneDialog from "@/parking/ZoneDialog.vue";
import TariffProposal from "@/tariffs/TariffProposal.vue";
import { speak, t } from "@/use/language";
import { permissions } from "@/use/session";
import type { Key } from "@/words";

const { told } = vi.hoisted(() => ({ told: vi.fn() }));
vi.mock("element-plus/es/components/message/index.mjs", () => ({ ElMessage: told }));
vi.mock("element-plus/es/components/message/style/css", () => ({}));
vi.mock("vue-router", () => ({ useRoute: () => ({ params: {} }), RouterLink: { template: "<a><slot /></a>" } }));

const said = (zh: string) => ({ zh, en: zh });
const SENTENCE = "不行，因为";
const AT = "2026-06-01T00:00:00Z";
const LANE = { code: "in", name: said("入口"), direction: "in", camera: "", barrier: "", area: "", booth: "", last: null };
const LOT = { code: "g1", name: said("车库"), place: "", capacity: 9, leave_minutes: 15, open: true, hourly: true, residents_free: false, cars_a_place: 2, offered_to: [], areas: [], lanes: [], rules: [] };
const BOOTH = { code: "east", lot: "g1", name: said("东门岗亭"), on_duty: null };
const SITE = { code: "s1", name: said("充电站"), kind: "ev", closed: null, connectors: [{ code: "c1", label: "1", camera: "eye-1", camera_lane: "", session: "", state: "free" }] };
const SHIFT = { id: 7, booth: "east", booth_name: said("东门岗亭"), clerk_name: "老周", cash_fen: 300 };
const PERMIT = { id: 5, lot: "g1", lot_name: said("车库"), plates: ["浙A·1***5"], kind: "monthly", since: AT, until: "2999-01-01T00:00:00Z", ended_at: null, places: 1, month_fen: 0, home: null, note: "" };
const CAR = { id: 7, zone_name: said("消防通道"), kind: "fire_lane", plate: "浙A·1***5", first_at: AT, told: 0, coming_at: null, case: null, doubted: true };
const STAY = {
  id: 7, lot: "g1", plate: "浙A·1***5", whole_plate: "浙A12B45", kind: "hourly", state: "inside", why: "", entered_at: AT, left_at: null,
  fee: { fen: 0, paid_fen: 0, due_fen: 0, in_time: false, lines: [] }, seen: [], done: [], looked: 0, bay: "", bays: [{ number: "M1", kind: "mother_child", taken: true }],
};
const OWN = { items: [], next: null, lots: [{ code: "g1", name: said("车库") }], lots_more: false, shops: [{ id: 7, name: "小卖部" }, { id: 8, name: "书店" }], any_shop: false, a_day: 200, left: 9 };
const WISH = { id: 3, kind: "car", plate: "浙A·1***5", before: "", lot_name: null, home: said("3 幢"), asked_at: AT, state: "waiting", reason: "", note: "", cars: 0, most: 2, permits: 0, elsewhere: true };

/** A dialog that sends whatever it holds: what fields lack is tried elsewhere. */
const AskDialog = { props: ["modelValue"], emits: ["go"], template: '<form v-if="modelValue" class="asked" @submit.prevent="$emit(\'go\')"><slot /></form>' };
const Picker = { name: "DevicePicker", props: ["label", "wrong"], template: '<div><label>{{ label }}</label><span v-if="wrong" class="wrong">{{ wrong }}</span></div>' };
const stubs = { AskDialog, DevicePicker: Picker, TimeAgo: true, RouterLink: true };

async function open(dialog: Component, props: object) {
  const page = mount(dialog, { props: props as never, global: { stubs } });
  await flushPromises();
  return page;
}
type Page = Awaited<ReturnType<typeof open>>;
const press = async (page: Page, key: Key) => {
  await page.findAll("button").find((one) => one.text().startsWith(t(key)))!.trigger("click");
  await flushPromises();
};
/** The field at which a sentence stands, by its label. */
function fieldOf(page: Page): string[] {
  return page.findAll(".wrong").filter((one) => one.text() === SENTENCE).map((one) => one.element.parentElement!.querySelector("label .label, legend, label")!.textContent);
}
const refuse = (api: object, act: string, key: string) => vi.spyOn(api as Record<string, () => Promise<unknown>>, act).mockRejectedValue(new Refused(key, SENTENCE, 422));
const choose = (page: Page, step: string) => page.get(`input[type=radio][value=${step}]`).setValue();
const type = async (page: Page, key: Key, text: string) => page.findAllComponents(TextField).find((one) => one.props("label") === t(key))!.get("input").setValue(text);

beforeEach(() => {
  vi.restoreAllMocks();
  told.mockReset();
  speak("zh");
  vi.spyOn(permissions, "value", "get").mockReturnValue(new Set(["parking.handle", "parking.manage"]));
  vi.spyOn(parking, "stay").mockResolvedValue(STAY as never);
  vi.spyOn(parkingRights, "permit").mockResolvedValue({ ...PERMIT, plates: ["浙A12B45"] } as never);
  vi.spyOn(plateWishes, "one").mockResolvedValue(WISH as never);
  vi.spyOn(devices, "one").mockResolvedValue({ code: "eye-1", name: said("相机"), model_name: said("相机") } as never);
  vi.spyOn(chargingTariffs, "begin").mockResolvedValue({ items: [{ id: "t1", name: said("电价"), kind: "ev" }] } as never);
});
afterEach(() => document.body.replaceChildren());

/** Each: what is open, what is sent, the refusal, the label of the field; and what is done before. */
type Case = [Component, object, [object, string], string, Key, ((page: Page) => Promise<unknown>)?];
const CASES: Record<string, Case> = {
  "a plate of a list": [ListDialog, {}, [parkingRights, "list"], "parking.bad_plate", "parking.plate"],
  "a car that is listed": [ListDialog, {}, [parkingRights, "list"], "parking.listed_already", "parking.plate"],
  "why it is listed": [ListDialog, {}, [parkingRights, "list"], "parking.reason_needed", "parking.why"],
  "a plate of a new permit": [PermitDialog, { lots: [LOT] }, [parkingRights, "give"], "parking.bad_plate", "permits.plates"],
  "the home of a new permit": [PermitDialog, { lots: [LOT] }, [parkingRights, "give"], "parking.nobody_lives_there", "permits.home"],
  "a plate of a permit": [PermitLine, { permit: PERMIT }, [parkingRights, "changeCars"], "parking.bad_plate", "permits.plates", (page) => press(page, "permits.cars")],
  "the home of a permit": [PermitLine, { permit: PERMIT }, [parkingRights, "changeCars"], "parking.nobody_lives_there", "permits.home", (page) => press(page, "permits.cars")],
  "the plate of a stay": [StaySheet, { id: 7 }, [parking, "mend"], "parking.bad_plate", "parking.plate", (page) => choose(page, "plate")],
  "a plate that is in already": [StaySheet, { id: 7 }, [parking, "mend"], "parking.inside_already", "parking.plate", (page) => choose(page, "plate")],
  "when it came": [StaySheet, { id: 7 }, [parking, "mend"], "parking.bad_time", "parking.at"],
  "what is not missing": [StaySheet, { id: 7 }, [parking, "mend"], "parking.not_missing", "parking.mend"],
  "what was paid for": [StaySheet, { id: 7 }, [parking, "mend"], "parking.over_already", "parking.mend", (page) => choose(page, "void")],
  "the place on which it stands": [StaySheet, { id: 7 }, [parking, "mend"], "parking.bay_taken", "parking.bay", (page) => choose(page, "bay")],
  "why it is put right": [StaySheet, { id: 7 }, [parking, "mend"], "parking.reason_needed", "parking.why", (page) => choose(page, "let_off")],
  "why an arm is raised": [LaneCard, { lane: LANE }, [parking, "open"], "parking.reason_needed", "parking.why", (page) => press(page, "parking.open")],
  "why a car is towed": [MisparkedLine, { car: CAR }, [parking, "tow"], "parking.reason_needed", "parking.towNote", (page) => press(page, "parking.tow")],
  "the plate of a car in doubt": [MisparkedLine, { car: CAR }, [parking, "plate"], "parking.bad_plate", "parking.plateThere", (page) => press(page, "parking.readPlate")],
  "why a wish is refused": [WishLine, { wish: WISH }, [plateWishes, "refuse"], "parking.reason_needed", "wishes.why", (page) => press(page, "wishes.look")],
  "the plate of a coupon": [CouponGive, { own: OWN }, [coupons, "give"], "parking.bad_plate", "coupons.plate"],
  "what a coupon is worth": [CouponGive, { own: OWN }, [coupons, "give"], "parking.bad_coupon", "coupons.amount.minutes"],
  "whose coupon it is": [CouponGive, { own: OWN }, [coupons, "give"], "parking.not_your_shop", "coupons.shop"],
  "why the cash is another": [HandOverDialog, { shift: SHIFT, instead: true }, [parkingBooths, "countFor"], "parking.reason_needed", "shifts.countWhy"],
  "cash that was handed over": [HandOverDialog, { shift: SHIFT }, [parkingBooths, "handOver"], "parking.handed_already", "booths.counted"],
  "where a lot is": [LotDialog, { lot: LOT, taken: [] }, [parkingSetup, "setLot"], "places.not_found", "lots.place"],
  "the camera of a lane": [LaneDialog, { lot: LOT, lane: LANE, booths: [BOOTH], taken: [] }, [parkingSetup, "setLane"], "parking.code_taken", "lots.camera"],
  "a camera that minds a bay": [LaneDialog, { lot: LOT, lane: LANE, booths: [BOOTH], taken: [] }, [parkingSetup, "setLane"], "parking.camera_of_charging", "lots.camera"],
  "the booth of a lane": [LaneDialog, { lot: LOT, lane: LANE, booths: [BOOTH], taken: [] }, [parkingSetup, "setLane"], "parking.booth_not_found", "lots.booth"],
  "the code of a booth": [BoothDialog, { lot: LOT, booth: null, taken: [] }, [parkingSetup, "setBooth"], "parking.code_taken", "lots.code"],
  "the sensor of a place": [BayDialog, { lot: LOT, bay: null, taken: [] }, [parkingSetup, "setBay"], "parking.code_taken", "lots.sensor"],
  "what is no screen": [ScreenDialog, { lot: LOT }, [parkingSetup, "setScreen"], "parking.no_screen", "lots.screen"],
  "a camera of a zone": [ZoneDialog, { zone: null, taken: [] }, [parkingSetup, "setZone"], "parking.camera_of_charging", "zones.camera"],
  "where a zone is": [ZoneDialog, { zone: null, taken: [] }, [parkingSetup, "setZone"], "places.not_found", "zones.place"],
  "the code of a site": [SiteDialog, { taken: [] }, [charging, "addSite"], "charging.code_taken", "lots.code"],
  "a site inside a building": [SiteDialog, { taken: [] }, [charging, "addSite"], "charging.indoors", "charging.sitePlace"],
  "a tariff of the other kind": [SiteDialog, { taken: [] }, [charging, "addSite"], "charging.tariff_of_other_kind", "charging.siteTariff"],
  "what is no charger": [ConnectorDialog, { site: SITE }, [charging, "addConnector"], "charging.not_a_charger", "charging.connectorDevice"],
  "a lane of another bay": [CameraDialog, { site: SITE }, [charging, "setCamera"], "charging.camera_taken", "charging.cameraLane"],
  "a camera of parking": [CameraDialog, { site: SITE }, [charging, "setCamera"], "charging.camera_of_parking", "charging.camera"],
  "a site that opens before now": [CloseDialog, { site: SITE }, [charging, "close"], "charging.opens_before", "charging.closeUntil"],
  "more than was paid": [RefundDialog, { session: { number: "n", fee_fen: 900 } }, [charging, "refund"], "money.too_much", "finance.refundFen"],
  "when a tariff begins": [TariffProposal, { of: "charging", where: "s1", text: "x", sound: true, way: "form", written: "" }, [chargingTariffs, "propose"], "charging.tariff_too_soon", "tariffs.from", (page) => page.get("textarea").setValue("调价")],
};

/** The form that was opened: a line has some, of which one shows. */
async function send(page: Page): Promise<void> {
  await page.findAll("form").at(-1)!.trigger("submit");
  await flushPromises();
}

describe("what is refused", () => {
  it.each(Object.entries(CASES))("%s: it is said at its field, and not in passing", async (_, [dialog, props, [api, act], key, label, before]) => {
    const asked = refuse(api, act, key);
    const page = await open(dialog, props);
    await before?.(page);
    if (dialog === StaySheet) await fill(page);
    if (dialog === CouponGive) await Promise.all([type(page, "coupons.plate", "QQ"), type(page, "coupons.amount.minutes", "60")]);

    await send(page);

    expect(asked).toHaveBeenCalledTimes(1);
    expect(fieldOf(page)).toEqual([t(label)]);
    expect(told).not.toHaveBeenCalled();
    page.unmount();
  });

  /** A stay has no dialog: it sends nothing before its fields are filled. */
  async function fill(page: Page): Promise<void> {
    for (const one of page.findAll("form input[type=text]")) await one.setValue("浙A");
    for (const one of page.findAll("form input[type=datetime-local]")) await one.setValue("2026-06-01T08:00");
  }

  it("is told where it is about no field, and the field says nothing", async () => {
    refuse(parkingRights, "list", "parking.lot_not_found");
    const page = await open(ListDialog, {});

    await send(page);

    expect(fieldOf(page)).toEqual([]);
    expect(told.mock.calls[0]![0]).toMatchObject({ type: "error", message: SENTENCE });
  });

  it("is gone once it is put right, and nothing stands there any more", async () => {
    const list = refuse(parkingRights, "list", "parking.bad_plate");
    const page = await open(ListDialog, {});
    await send(page);
    list.mockResolvedValue({} as never);

    await send(page);

    expect(page.find(".wrong").exists()).toBe(false);
    expect(page.emitted("done")).toHaveLength(1);
  });

  it("of a stay is not said of something else that is put right", async () => {
    refuse(parking, "mend", "parking.reason_needed");
    const page = await open(StaySheet, { id: 7 });
    await fill(page);
    await send(page);

    await choose(page, "plate");

    expect(page.find(".wrong").exists()).toBe(false);
  });

  it.each([
    ["no_entry", "entry"],
    ["no_exit", "exit"],
    ["followed", "plate"],
    ["unpaid", "let_off"],
    ["", "entry"],
  ])("of a stay (%s) what is missing is chosen: %s", async (why, step) => {
    vi.spyOn(parking, "stay").mockResolvedValue({ ...STAY, why } as never);
    const page = await open(StaySheet, { id: 7 });

    expect((page.get("input[type=radio]:checked").element as HTMLInputElement).value).toBe(step);
  });

  it("is where one goes on writing, in the dialog itself", async () => {
    refuse(parkingRights, "list", "parking.bad_plate");
    const page = mount(ListDialog, { attachTo: document.body });
    await flushPromises();
    const [plate, why] = [...document.querySelectorAll<HTMLInputElement>(".el-dialog input.input")];
    for (const one of [plate!, why!]) {
      one.value = "QQ";
      one.dispatchEvent(new Event("input"));
    }
    await flushPromises();
    document.querySelector(".el-dialog form")!.dispatchEvent(new Event("submit"));
    await flushPromises();

    expect(document.querySelector(".el-dialog [role=alert]")!.textContent).toBe(SENTENCE);
    expect(document.activeElement).toBe(plate);
    page.unmount();
  });
});

describe("what cannot be sent", () => {
  it.each<[string, Component, object, Key, string, string]>([
    ["a lot of nothing", LotDialog, { lot: LOT, taken: [] }, "lots.capacity", "0", "100000"],
    ["two hours to leave and more", LotDialog, { lot: LOT, taken: [] }, "lots.leave", "121", "120"],
    ["eleven cars of a home", LotDialog, { lot: LOT, taken: [] }, "lots.carsAPlace", "11", "10"],
    ["an area of half a car", AreaDialog, { lot: LOT, area: null }, "lots.capacity", "0.5", "1"],
    ["a day of grace and more", ZoneDialog, { zone: null, taken: [] }, "zones.grace", "1441", "0"],
    ["no rest between two words", ZoneDialog, { zone: null, taken: [] }, "zones.quiet", "0", "1"],
    ["many places of a permit", PermitDialog, { lots: [LOT] }, "permits.places", "21", "20"],
    ["a price in words", PermitDialog, { lots: [LOT] }, "permits.month", "三百", "0"],
    ["a plug of no current", ConnectorDialog, { site: SITE }, "charging.most", "0", "1.5"],
    ["a limit beyond the cable", SiteDialog, { taken: [] }, "charging.limit", "4001", "0"],
    ["a refund of more than it cost", RefundDialog, { session: { number: "n", fee_fen: 900 } }, "finance.refundFen", "9.01", "9.00"],
  ])("%s: the field says why, and nothing once it is well", async (_, dialog, props, label, bad, good) => {
    const page = await open(dialog, props);
    const field = () => page.findAllComponents(TextField).find((one) => one.props("label") === t(label))!;

    await field().get("input").setValue(bad);
    expect(field().props("wrong")).toBeTruthy();

    await field().get("input").setValue(good);
    expect(field().props("wrong")).toBeUndefined();
  });
});
