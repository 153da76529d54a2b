import { flushPromises, mount } from "@vue/test-utils";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { dutyDoors, Refused, type DoorCredential, type OwnDoor } from "@linli/api";
import DutyDoorsPage from "@/pages/DutyDoorsPage.vue";
import { speak, t } from "@/use/language";
import { enterCommunity } from "@/use/session";

const said = (zh: string) => ({ zh, en: zh });
const plant = { code: "plant", name: said("机房门"), kind: "door", mode: "normal", online: true, tap: true } as OwnDoor;
const card = { id: 4, way: "card", way_name: said("卡"), number: "****7890", state: "open", state_words: said("使用中") } as DoorCredential;
const asks = {
  all: vi.spyOn(dutyDoors, "all"),
  cards: vi.spyOn(dutyDoors, "cards"),
  passages: vi.spyOn(dutyDoors, "passages"),
  open: vi.spyOn(dutyDoors, "open"),
  code: vi.spyOn(dutyDoors, "code"),
  pin: vi.spyOn(dutyDoors, "pin"),
};

const page = async () => {
  const made = mount(DutyDoorsPage);
  await flushPromises();
  return made;
};
const press = async (made: Awaited<ReturnType<typeof page>>, text: string) => {
  await made.findAll("button").find((each) => each.text().startsWith(text))!.trigger("click");
  await flushPromises();
};

beforeEach(() => {
  vi.clearAllMocks();
  speak("zh");
  enterCommunity("hml");
  asks.all.mockResolvedValue({ items: [plant], next: null, on_duty: true });
  asks.cards.mockResolvedValue({ items: [card], next: null });
  asks.passages.mockResolvedValue({ items: [], next: null });
});

describe("doors at work", () => {
  it("open by a tap, and what they refuse is said", async () => {
    asks.open.mockResolvedValue({ opened: false, reason: "off_shift", reason_words: said("不在班次"), passage: 1, command: "" });
    const made = await page();

    await press(made, t("doors.open"));

    expect(asks.open.mock.calls.map(([community, door]) => [community, door])).toEqual([["hml", "plant"]]);
    expect(asks.passages).toHaveBeenCalledTimes(2);
  });

  it("are not opened where they are lifts: a floor is freed", async () => {
    const lift = { ...plant, code: "lift", name: said("电梯"), kind: "lift" } as OwnDoor;
    asks.all.mockResolvedValue({ items: [lift, { ...lift, code: "old", tap: false }], next: null, on_duty: true });
    asks.open.mockResolvedValue({ opened: true, reason: "right", reason_words: said("有权限"), passage: 1, command: "1" });
    const made = await page();

    expect(made.findAll("button").filter((each) => each.text().startsWith(t("doors.freeFloor")))).toHaveLength(1);
    expect(made.text()).toContain(t("doors.atLift"));
    await press(made, t("doors.freeFloor"));

    expect(asks.open.mock.calls.map(([, door]) => door)).toEqual(["lift"]);
  });

  it.each([[true, false], [false, true]])("say that by shift they stay shut: on duty %s", async (on_duty, shown) => {
    asks.all.mockResolvedValue({ items: [plant], next: null, on_duty });

    expect((await page()).text().includes(t("doors.dutyOff"))).toBe(shown);
  });

  it("ask for no code before it is wanted", async () => {
    asks.code.mockResolvedValue({ token: "LL1.X", picture: "data:image/svg+xml,x", until: new Date(Date.now() + 20_000).toISOString() });
    const made = await page();
    const before = asks.code.mock.calls.length;

    await press(made, t("doors.codeShow"));

    expect([before, made.find("img").attributes("src")]).toEqual([0, "data:image/svg+xml,x"]);
    made.unmount();
  });

  it("make the PIN that calls for help, shown like any other", async () => {
    asks.pin.mockResolvedValue({ credential: card, digits: "482913" });
    const made = await page();

    await press(made, t("doors.pinDuress"));

    expect(asks.pin.mock.calls.map(([, duress]) => duress)).toEqual([true]);
    expect(made.find(".digits").text()).toBe("482913");
  });

  it("of who is no staff member say so, and nothing else", async () => {
    asks.all.mockRejectedValue(new Refused("doors.not_staff", "没有对应的员工", 404));
    const made = await page();

    expect(made.text()).toContain("没有对应的员工");
    expect([asks.cards.mock.calls.length, made.findAll("h2").length]).toEqual([0, 0]);
  });
});
