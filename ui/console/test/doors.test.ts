import { flushPromises, mount } from "@vue/test-utils";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { doorDesk, type DoorLine, type DoorShown } from "@linli/api";
import DoorDetail from "@/doors/DoorDetail.vue";
import UnheardDoors from "@/doors/UnheardDoors.vue";
import DoorsPage from "@/pages/DoorsPage.vue";
import { speak, t } from "@/use/language";
import { useFacts } from "@/use/live";
import { user } from "@/use/session";

vi.mock("vue-router", () => ({ useRoute: () => ({ params: {} }), RouterLink: { template: "<a><slot /></a>" } }));
vi.mock("@/use/live", () => ({ useFacts: vi.fn() }));

const said = (zh: string) => ({ zh, en: zh });
const line = (over: Partial<DoorLine> = {}) =>
  ({ code: "plant", name: said("机房门"), kind: "door", place: "hml/p1", online: true, mode: "normal", fire: false, escape: false, ways: [], current: true, softened: false, told_at: null, last: null, ...over }) as DoorLine;
const shown = (over: Partial<DoorShown> = {}) => ({ ...line(), decided: "normal", mode_until: null, mode_reason: "", unseen: [], area: "plant", back_rule: "hard", readers: [], groups: [], rights: [], passages: [], ...over }) as DoorShown;
const one = vi.spyOn(doorDesk, "one");
const all = vi.spyOn(doorDesk, "all");
const heard = (topic: string) => vi.mocked(useFacts).mock.calls.filter(([topics]) => topics.includes(topic)).forEach(([, then]) => then());

beforeEach(() => {
  vi.clearAllMocks();
  vi.useRealTimers();
  speak("zh");
});

describe("a hard rule of once in", () => {
  const detail = async () => {
    const page = mount(DoorDetail, { props: { code: "plant" } });
    await flushPromises();
    return page;
  };

  it("is said to stop nobody now, and for which door", async () => {
    one.mockResolvedValue(shown({ softened: true, unseen: [{ code: "gate-w", name: said("西门") }] }));

    expect((await detail()).find("[role=status]").text()).toBe(t("doors.softTell", { doors: "西门" }));
  });

  it("for a door elsewhere that one may not see, without its name", async () => {
    one.mockResolvedValue(shown({ softened: true }));

    expect((await detail()).text()).toContain(t("doors.softTell", { doors: t("doors.softElsewhere") }));
  });

  it("is said nothing of while it holds, and is read again when a door goes or comes back", async () => {
    one.mockResolvedValue(shown());
    const page = await detail();
    expect(page.find("[role=status]").exists()).toBe(false);

    one.mockResolvedValue(shown({ softened: true, unseen: [{ code: "gate-w", name: said("西门") }] }));
    heard("DeviceWentOffline");
    await flushPromises();

    expect(page.find("[role=status]").exists()).toBe(true);
  });

  it.each([
    [{ softened: true }, "doors.soft"],
    [{ softened: true, online: false }, "doors.away"],
    [{ softened: true, mode: "shut" }, "doors.mode.shut"],
    [{ softened: true, fire: true }, "doors.fire"],
  ] as const)("stands in the list as %j: %s", async (over, key) => {
    all.mockResolvedValue({ items: [line(over)], next: null });
    const page = mount(DoorsPage, { global: { stubs: { DoorDetail: true, RouterLink: { template: "<a><slot /></a>" } } } });
    await flushPromises();

    expect(page.find("a.door").text()).toContain(t(key));
  });

  it("in the list is read again by itself, until somebody read on", async () => {
    all.mockResolvedValue({ items: [line()], next: "plant" });
    const page = mount(DoorsPage, { global: { stubs: { DoorDetail: true, RouterLink: { template: "<a><slot /></a>" } } } });
    await flushPromises();
    heard("DeviceWentOffline");
    await flushPromises();
    const before = all.mock.calls.length;

    await page.findAll("button").find((each) => each.text() === t("do.more"))!.trigger("click");
    await flushPromises();
    heard("DeviceWentOffline");
    await flushPromises();

    expect([before, all.mock.calls.length]).toEqual([2, 3]);
    expect(page.findAll("a.door")).toHaveLength(2);
  });
});

describe("a door that takes no digits", () => {
  const detail = async (over: Partial<DoorShown>) => {
    one.mockResolvedValue(shown(over));
    const page = mount(DoorDetail, { props: { code: "plant" }, attachTo: document.body });
    await flushPromises();
    return page;
  };
  const button = (within: ParentNode, text: string) => [...within.querySelectorAll("button")].filter((each) => each.textContent?.trim() === text);

  it("takes them again for a reason that was given, and is read again", async () => {
    user.value = { permissions: { "": ["doors.open"] } } as never;
    const took = vi.spyOn(doorDesk, "takeDigits").mockResolvedValue(shown({ locked: false }));
    const page = await detail({ locked: true });
    button(page.element, t("doors.digits"))[0]!.click();
    await flushPromises();
    const form = [...document.querySelectorAll<HTMLElement>("[role=dialog]")].find((each) => each.querySelector("input"))!;
    const go = button(form, t("doors.digits"))[0]!;
    const before = go.disabled;

    const field = form.querySelector("input")!;
    field.value = " 孩子乱按 ";
    field.dispatchEvent(new Event("input"));
    await flushPromises();
    go.click();
    await flushPromises();

    expect([before, took.mock.calls.map(([, ...said]) => said), one.mock.calls.length]).toEqual([true, [["plant", "孩子乱按"]], 2]);
    page.unmount();
  });

  it("is said to, without the button, to who may not open it; and nothing while it takes them", async () => {
    user.value = { permissions: { "": [] } } as never;

    expect((await detail({ locked: true })).text()).toContain(t("doors.locked"));
    expect(button((await detail({ locked: true })).element, t("doors.digits"))).toEqual([]);
    expect((await detail({ locked: false })).text()).not.toContain(t("doors.locked"));
  });
});

describe("how a door is kept", () => {
  const at = new Date("2026-06-01T04:00:00Z");
  const keep = vi.spyOn(doorDesk, "keep");
  const inputs = (within: ParentNode) => [...within.querySelectorAll<HTMLInputElement>("input")];
  const choice = (within: ParentNode, text: string) => [...within.querySelectorAll("label")].find((each) => each.textContent?.trim() === text);
  const detail = async (over: Partial<DoorShown> = {}) => {
    vi.useFakeTimers({ now: at, toFake: ["Date"] });
    user.value = { permissions: { "": ["doors.manage"] } } as never;
    one.mockResolvedValue(shown(over));
    const page = mount(DoorDetail, { props: { code: "plant" }, attachTo: document.body });
    await flushPromises();
    return page;
  };
  const dialog = () => [...document.querySelectorAll<HTMLElement>("[role=dialog]")].find((each) => each.offsetParent !== null || inputs(each).length)!;
  const choose = async (page: ParentNode, text: string) => {
    choice(page, text)!.querySelector("input")!.click();
    await flushPromises();
  };
  const say = async (why: string) => {
    const field = inputs(dialog()).find((each) => each.type !== "radio")!;
    field.value = why;
    field.dispatchEvent(new Event("input"));
    await flushPromises();
  };
  const go = (text: string) => [...dialog().querySelectorAll("button")].find((each) => each.textContent?.trim() === text)!;

  it.each([
    ["free", "2026-06-01T05:00:00.000Z"],
    ["shut", null],
    ["off", null],
  ] as const)("%s wants a reason, and is told with its end", async (mode, until) => {
    keep.mockResolvedValue({ ...shown(), approval: null });
    const page = await detail();
    const verb = t(`doors.mode.${mode}`);
    await choose(page.element, verb);
    const before = [keep.mock.calls.length, go(verb).disabled];

    await say(" 消防演练 ");
    go(verb).click();
    await flushPromises();

    expect(before).toEqual([0, true]);
    expect(keep.mock.calls.map(([, ...rest]) => rest)).toEqual([["plant", { mode, reason: "消防演练", until }]]);
    page.unmount();
  });

  it("open has no open end, and one that waits for a second person says so", async () => {
    keep.mockResolvedValue({ ...shown(), approval: 4 });
    const page = await detail();
    await choose(page.element, t("doors.mode.free"));

    expect(choice(dialog(), t("doors.openEnd"))).toBeUndefined();
    await choose(dialog(), t("doors.hours", { n: "8" }));
    await say("搬家");
    go(t("doors.mode.free")).click();
    await flushPromises();

    expect(keep.mock.calls[0]![2]).toMatchObject({ until: "2026-06-01T12:00:00.000Z" });
    expect(document.body.textContent).toContain(t("doors.keepWaits"));
    page.unmount();
  });

  it("as usual again is asked for nothing; until when and why stands there", async () => {
    keep.mockResolvedValue({ ...shown(), approval: null });
    const page = await detail({ mode: "free", decided: "free", mode_until: "2026-06-01T06:00:00Z", mode_reason: "搬家" });

    expect(page.text()).toContain("搬家");
    await choose(page.element, t("doors.mode.normal"));

    expect(keep.mock.calls.map(([, ...rest]) => rest)).toEqual([["plant", { mode: "normal", reason: "" }]]);
    page.unmount();
  });
});

describe("which doors know that a card is lost", () => {
  it("is read again every few seconds until the last has said so, and no longer", async () => {
    vi.useFakeTimers();
    const unheard = vi.spyOn(doorDesk, "unheard");
    unheard.mockResolvedValueOnce([{ door: "door-3", name: said("单元门"), online: true, told: true }] as never);
    const page = mount(UnheardDoors, { props: { credential: 7 } });
    await vi.advanceTimersByTimeAsync(10);
    expect(page.text()).toContain(t("credentials.toldAll"));

    unheard.mockResolvedValue([]);
    await vi.advanceTimersByTimeAsync(5_000);
    expect(page.text()).toContain(t("credentials.heardAll"));
    await vi.advanceTimersByTimeAsync(60_000);

    expect(unheard).toHaveBeenCalledTimes(2);
  });
});
