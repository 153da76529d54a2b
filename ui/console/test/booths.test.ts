/** What a clerk hands over is what was taken until now, not when the dialog opened; and who does not come is counted for. */
import { flushPromises, mount } from "@vue/test-utils";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { Refused, type BoothShift } from "@linli/api";
import ParkingShiftsPage from "@/pages/ParkingShiftsPage.vue";
import BoothDesk from "@/parking/BoothDesk.vue";
import { speak } from "@/use/language";
import { user } from "@/use/session";

const { calls, state } = vi.hoisted(() => ({
  calls: { handOver: vi.fn(), countFor: vi.fn(), own: vi.fn() },
  state: { own: { now: null, owed: [] } as { now: unknown; owed: unknown[] }, shifts: [] as unknown[] },
}));
vi.mock("@linli/api", async (whole) => ({
  ...(await whole<object>()),
  parkingBooths: {
    list: async () => ({ items: [], next: null }),
    own: async () => (calls.own(), state.own),
    shifts: async () => ({ items: state.shifts, next: null }),
    handOver: async (...told: unknown[]) => calls.handOver(...told),
    countFor: async (...told: unknown[]) => calls.countFor(...told),
  },
}));
const said = (zh: string) => ({ zh, en: zh });
const SHIFT: BoothShift = {
  id: 7, booth: "east", booth_name: said("东门岗亭"), clerk_name: "老周", mine: true, began_at: "2026-06-01T00:00:00Z", ended_at: null, relieved_by_name: "",
  opened: 0, mended: 0, cash_fen: 0, handed_fen: null, handed_at: null, note: "", counted_by_name: "", received_by_name: "", received_at: null,
};
const AskDialog = { props: ["modelValue", "verb", "ready", "busy"], emits: ["go"], template: '<form><slot /><button class="go" :disabled="!ready || busy" @click.prevent="$emit(\'go\')">{{ verb }}</button></form>' };
const stubs = { AskDialog, LaneCard: true, ParkingTabs: true, PageHead: true };
const show = async (page: object, props = {}) => {
  const shown = mount(page, { props, global: { stubs } });
  await flushPromises();
  return shown;
};
const took = (cash_fen: number) => (state.own = { now: { ...SHIFT, cash_fen }, owed: [] });

beforeEach(() => {
  speak("zh");
  Object.values(calls).forEach((call) => call.mockReset());
});

describe("handing over", () => {
  it("begins with what was taken by then", async () => {
    took(0);
    const desk = await show(BoothDesk, { lots: [], modelValue: "" });
    took(300);
    await desk.findAll("button").find((one) => one.text() === "交班")!.trigger("click");
    await flushPromises();

    expect(desk.get("form").text()).toContain("3.00");
  });

  it("asks why when cash came meanwhile and it was refused", async () => {
    took(0);
    const desk = await show(BoothDesk, { lots: [], modelValue: "" });
    await desk.findAll("button").find((one) => one.text() === "交班")!.trigger("click");
    await flushPromises();
    await desk.get("form input").setValue("0");
    expect(desk.findAll("form input")).toHaveLength(1);

    took(300);
    calls.handOver.mockRejectedValueOnce(new Refused("parking.reason_needed", "请写明原因", 409));
    await desk.get("button.go").trigger("click");
    await flushPromises();

    expect(desk.get("form").text()).toContain("少 3.00");
    expect(desk.get("button.go").attributes("disabled")).toBeDefined();
    await desk.findAll("form input")[1]!.setValue("备用金");
    await desk.get("button.go").trigger("click");
    await flushPromises();
    expect(calls.handOver.mock.calls[1]!.slice(1)).toEqual([7, 0, "备用金"]);
    expect(desk.find("form .go").exists()).toBe(false);
  });
});

describe("a clerk who does not come", () => {
  const over = { ...SHIFT, mine: false, ended_at: "2026-06-01T08:00:00Z", cash_fen: 300 };
  const buttons = (page: Awaited<ReturnType<typeof show>>) => page.findAll("button").filter((one) => one.text().startsWith("代为清点"));

  it("is counted for with a reason, though the sum is right", async () => {
    user.value = { permissions: { "": ["money.write"] } } as never;
    state.shifts = [over];
    const page = await show(ParkingShiftsPage);
    await buttons(page)[0]!.trigger("click");
    await page.get("form input").setValue("3");
    expect(page.get("button.go").attributes("disabled")).toBeDefined();
    await page.findAll("form input")[1]!.setValue("已离职");
    await page.get("button.go").trigger("click");
    await flushPromises();

    expect(calls.countFor.mock.calls[0]!.slice(1)).toEqual([7, 300, "已离职"]);
  });

  it.each([
    ["one's own", { ...over, mine: true }, "money.write"],
    ["that runs", { ...over, ended_at: null }, "money.write"],
    ["handed over", { ...over, handed_fen: 300, handed_at: over.ended_at }, "money.write"],
    ["without the right", over, "parking.read"],
  ])("not where it is %s", async (_, shift, right) => {
    user.value = { permissions: { "": [right] } } as never;
    state.shifts = [shift];

    expect(buttons(await show(ParkingShiftsPage))).toHaveLength(0);
  });
});
