import { flushPromises, mount } from "@vue/test-utils";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { type GuestPass, Refused, Unreachable } from "@linli/api";
import GuestPage from "@/pages/GuestPage.vue";
import { AHEAD, current, type GuestCode, joined, lasts, offset, wanted } from "@/pages/guestCodes";
import EnterStep from "@/resident/visits/EnterStep.vue";
import { draft } from "@/resident/visits/wish";
import { speak, t } from "@/use/language";
import GuestCar from "@/visits/GuestCar.vue";
import WayList from "@/visits/WayList.vue";

const BEGINS = Date.parse("2026-06-01T04:00:00Z");
const HALF = 30_000;
const said = (zh: string) => ({ zh, en: zh });
const code = (n: number): GuestCode => ({ token: `t${n}`, qr: `data:qr-${n}`, since: new Date(BEGINS + n * HALF).toISOString(), until: new Date(BEGINS + (n + 1) * HALF).toISOString() });
const codes = (from: number, many: number) => Array.from({ length: many }, (_, n) => code(from + n));

describe("codes", () => {
  it("finds the one of the half minute, its end not included", () => {
    expect(current(codes(0, 3), BEGINS + HALF - 1)?.token).toBe("t0");
    expect(current(codes(0, 3), BEGINS + HALF)?.token).toBe("t1");
    expect(current(codes(0, 3), BEGINS + 3 * HALF)).toBeUndefined();
    expect(current(codes(1, 3), BEGINS)).toBeUndefined();
  });

  it("asks for more when half of them are over, and for none while there are enough", () => {
    expect(wanted([], BEGINS)).toBe(AHEAD);
    expect(wanted(codes(0, 21), BEGINS)).toBe(0);
    expect(wanted(codes(0, 21), BEGINS + 11 * HALF + 1)).toBe(AHEAD);
    expect(lasts(codes(0, 21), BEGINS + 100 * HALF)).toBe(0);
  });

  it("keeps what it knows ahead of what was told, and nothing where he may not come", () => {
    expect(joined(codes(0, 4), [code(1)]).map(({ token }) => token)).toEqual(["t1", "t2", "t3"]);
    expect(joined(codes(0, 4), codes(3, 3)).map(({ token }) => token)).toEqual(["t3", "t4", "t5"]);
    expect(joined(codes(0, 4), [])).toEqual([]);
  });

  it("goes by the clock of the server, however wrong the telephone's is", () => {
    expect(offset({ now: new Date(BEGINS).toISOString() }, BEGINS - 180_000)).toBe(180_000);
  });
});

const { ask } = vi.hoisted(() => ({ ask: vi.fn() }));
vi.mock("@linli/api", async (original) => ({ ...(await original<object>()), guestPass: ask }));
vi.mock("vue-router", () => ({ useRoute: () => ({ params: { link: "abc" } }) }));

const pass = (over: Partial<GuestPass> = {}): GuestPass =>
  ({
    estate: said("和睦里"), host: said("201"), kind: "guest", kind_name: said("亲友"), stands: "now", since: code(0).since, until: code(900).since,
    days: "", starts: null, ends: null, uses: 2, used: 0, plate: "", community: "hml", car: null, doors: [], token: "t0", qr: "data:qr-0", codes: codes(0, 21), digits: "", now: code(0).since,
    address_qr: "", renew_s: 15, phone: "", ...over,
  }) as GuestPass;

describe("the guest's page", () => {
  let answers: (() => Promise<GuestPass>)[] = [];

  beforeEach(() => {
    vi.useFakeTimers();
    // The telephone's clock is three minutes fast.
    vi.setSystemTime(BEGINS + 180_000);
    speak("zh");
    ask.mockReset();
    ask.mockImplementation(() => (answers.length > 1 ? answers.shift()!() : answers[0]!()));
  });
  afterEach(() => {
    vi.useRealTimers();
  });
  const told = (one: GuestPass) => () => Promise.resolve(one);
  const cut = () => Promise.reject(new Unreachable());
  const gone = () => Promise.reject(new Refused("visits.link_dead", "链接已失效", 404, {}));
  const shown = async () => {
    const page = mount(GuestPage);
    await flushPromises();
    return page;
  };
  const later = async (ms: number) => {
    await vi.advanceTimersByTimeAsync(ms);
    await flushPromises();
  };

  it("asks for codes ahead once, and shows each in its half minute without a line", async () => {
    answers = [told(pass()), cut];
    const page = await shown();
    expect(ask.mock.calls).toEqual([["abc", AHEAD]]);
    expect(page.find("img").attributes("src")).toBe("data:qr-0");

    await later(HALF);
    expect(page.find("img").attributes("src")).toBe("data:qr-1");
    expect(page.text()).toContain(t("guest.ahead", { n: 10 }));

    await later(8 * HALF);
    expect(page.find("img").attributes("src")).toBe("data:qr-9");

    await later(12 * HALF);
    expect(page.find("img").exists()).toBe(false);
    expect(page.text()).toContain(t("guest.noneLeft"));
  });

  it("drops all when the server says that the address opens nothing", async () => {
    answers = [told(pass()), gone];
    const page = await shown();

    await later(15_000);

    expect(page.find("img").exists()).toBe(false);
    expect(page.text()).toContain("链接已失效");
  });

  it("shows his digits where he has any, and none where he has not", async () => {
    answers = [told(pass({ digits: "246810" }))];
    expect((await shown()).find("[data-test=digits]").text()).toBe("246810");

    answers = [told(pass())];
    expect((await shown()).find("[data-test=digits]").exists()).toBe(false);
  });

  it("tells whom to telephone where that is entered, also once the address opens nothing", async () => {
    answers = [told(pass({ phone: "+8657188880000" })), gone];
    const page = await shown();
    expect(page.find("[data-test=duty] a").attributes("href")).toBe("tel:+8657188880000");

    await later(15_000);
    expect(page.text()).toContain(t("guest.dead"));
    expect(page.find("[data-test=duty] a").text()).toBe(t("duty.call", { phone: "0571-88880000" }));

    answers = [told(pass())];
    expect((await shown()).find("[data-test=duty]").exists()).toBe(false);
  });

  it("shows his car alone once his visit is over, and drops the codes that were known ahead", async () => {
    const stay = { lot: "g1", inside: true, exits: [said("北出口")], due_fen: 800, paid_fen: 0, leave_by: null, token: "t:1" };
    const left = pass({ stands: "over", host: said(""), plate: "浙A·3***B", codes: [], token: "", qr: "", car: { lots: [{ code: "g1", name: said("一号车库"), rules: [] }], stay } });
    answers = [told(pass({ host: said("3号楼201") })), told(left), gone];
    const page = await shown();
    expect(page.find("img").exists()).toBe(true);

    await later(15_000);
    expect(page.find("h1").text()).toBe(t("guest.over"));
    expect(page.find("img").exists()).toBe(false);
    expect(page.findAll("[data-test=car]").length).toBe(1);
    expect(page.text()).toContain(t("guest.carExits", { lanes: "北出口" }));
    expect(page.text()).not.toContain("201");
    expect(page.text()).not.toContain(t("guest.way"));

    await later(15_000);
    expect(page.find("[data-test=car]").exists()).toBe(false);
    expect(page.text()).toContain("链接已失效");
  });

  it("shows a code that is not good yet only when it is", async () => {
    answers = [told(pass({ stands: "soon", codes: codes(1, 3), since: code(1).since })), cut];
    const page = await shown();
    expect(page.find("img").exists()).toBe(false);

    await later(HALF);

    expect(page.find("img").attributes("src")).toBe("data:qr-1");
  });
});

describe("a guest's car", () => {
  const LOT = { code: "g1", name: said("一号车库"), rules: [said("30 分钟内免费")] };
  const car = (stay: object | null, over: Partial<GuestPass> = {}, rules = LOT.rules) => {
    speak("zh");
    const whole = pass({ plate: "浙A·3***B", car: { lots: [{ ...LOT, rules }], stay } as GuestPass["car"], ...over });
    return mount(GuestCar, { props: { pass: whole, car: whole.car! } });
  };
  const STAY = { lot: "g1", inside: true, exits: [], due_fen: 0, paid_fen: 0, leave_by: null, token: "t:1" };

  it("is let in by itself, and out when it paid: the price and the page to pay stand there", () => {
    const page = car(null);

    expect(page.text()).toContain(t("guest.car", { plate: "浙A·3***B" }));
    expect(page.text()).toContain("30 分钟内免费");
    expect(page.find("a").attributes("href")).toBe("/pay/hml/g1");
  });

  it("owes what it owes now, and pays by its own page", async () => {
    const assign = vi.fn();
    const whole = window.location;
    Object.defineProperty(window, "location", { configurable: true, value: { ...whole, assign } });

    const page = car({ ...STAY, due_fen: 1_200 });
    await page.find("button").trigger("click");
    Object.defineProperty(window, "location", { configurable: true, value: whole });

    expect(page.text()).toContain(t("guest.carOwes", { yuan: "12.00" }));
    expect(assign).toHaveBeenCalledWith("/pay/hml/t%3A1");
  });

  it("is told until when it may leave once it paid, and that it owes nothing while it is free", () => {
    expect(car(STAY).text()).toContain(t("guest.carNothing"));
    expect(car({ ...STAY, leave_by: "2026-06-01T04:15:00Z" }).text()).toContain("付清");
    expect(car(STAY).find("button").exists()).toBe(false);
  });

  it("is told by which lane it gets out, and gone without paying what it still owes", () => {
    const inside = car({ ...STAY, exits: [said("北出口"), said("南出口")] });
    const gone = car({ ...STAY, inside: false, due_fen: 1_200 });

    expect(inside.text()).toContain(t("guest.carExits", { lanes: "北出口、南出口" }));
    expect(gone.text()).toContain(t("guest.carGone", { plate: "浙A·3***B", lot: "一号车库", yuan: "12.00" }));
    expect(gone.text()).not.toContain(t("guest.carIn", { plate: "浙A·3***B", lot: "一号车库" }));
    expect(gone.find("button").text()).toBe(t("guest.carPay", { yuan: "12.00" }));
  });

  it("is promised nothing once its entries are used up, and no fee where there is none", () => {
    expect(car(null, { stands: "used" }).text()).toContain(t("guest.carUsed", { plate: "浙A·3***B" }));
    expect(car(null, {}, []).text()).toContain(t("guest.carFree", { plate: "浙A·3***B" }));
  });
});

describe("the way", () => {
  const door = (code: string, kind: string) => ({ code, kind, name: said(code) });

  it("tells that one of several gates will do", () => {
    speak("zh");
    const steps = mount(WayList, { props: { doors: [door("东门", "gate"), door("西门", "gate"), door("单元门", "door")] } }).findAll("li");

    expect(steps.map((one) => one.text())).toEqual(["东门、西门（任选其一）", "单元门"]);
  });
});

describe("by which doors", () => {
  const kind = { key: "guest", name: said("亲友"), lasts_min: 360, longest_min: 10_080, uses: 2, regular: false, digits: false };
  const doors = [
    { code: "gate", name: said("南门"), kind: "gate", usual: true },
    { code: "club", name: said("会所"), kind: "door", usual: false },
  ];

  it("has the usual ones ticked, and says so when none is", async () => {
    const written = draft(kind, "hml", new Date(BEGINS));
    const step = mount(EnterStep, { props: { kind, doors, modelValue: written } });
    const [gate, club] = step.findAll("fieldset input");
    expect([gate!, club!].map((one) => (one.element as HTMLInputElement).checked)).toEqual([true, false]);

    await club!.trigger("change");
    expect(written.doors).toEqual(["gate", "club"]);
    await step.setProps({ modelValue: { ...written, doors: [] } });
    expect(step.text()).toContain(t("visits.doorsNone"));
  });

  it("offers no picture for more than a day or twice, and takes back one that was asked for", async () => {
    const written = { ...draft(kind, "hml", new Date(BEGINS)), picture: true };
    const step = mount(EnterStep, { props: { kind, doors, modelValue: written } });
    expect(step.text()).toContain(t("visits.pictureTell"));

    const longer = { ...written, uses: 5 };
    await step.setProps({ modelValue: longer });

    expect(step.text()).toContain(t("visits.pictureNot"));
    expect(longer.picture).toBe(false);
  });
});
