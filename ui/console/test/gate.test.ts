import { flushPromises, mount } from "@vue/test-utils";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { deskCalls, gateDesk, type UnheardWish } from "@linli/api";
import GatePage from "@/pages/GatePage.vue";
import { speak, t } from "@/use/language";
import { useFacts } from "@/use/live";
import DeskRing from "@/visits/DeskRing.vue";
import DeskUnheard from "@/visits/DeskUnheard.vue";

vi.mock("vue-router", () => ({ useRoute: () => ({ params: {}, name: "home" }), RouterLink: { template: "<a><slot /></a>" } }));
vi.mock("@/use/live", () => ({ useFacts: vi.fn() }));

const said = (zh: string) => ({ zh, en: zh });
const wish = (over: Partial<UnheardWish> = {}): UnheardWish => ({
  id: 5,
  device: "screen-s",
  device_name: said("南门访客屏"),
  place: "hml/b03/u1/f01/102",
  place_name: said("3 幢 1 单元 102"),
  at: "2026-06-01T04:00:00Z",
  attended_at: null,
  attended_by: "",
  ...over,
});
const unheard = vi.spyOn(gateDesk, "unheard");
const attend = vi.spyOn(gateDesk, "attend");
const stubs = { DeskVisit: true, CallList: true, DoorPicture: true, ScreensDialog: true, WalkInDialog: true, RouterLink: { template: "<a><slot /></a>" } };

beforeEach(() => {
  vi.clearAllMocks();
  speak("zh");
  vi.spyOn(gateDesk, "visits").mockResolvedValue({ items: [], next: null } as never);
  vi.spyOn(deskCalls, "all").mockResolvedValue({ items: [], next: null, phrases: [] });
});

describe("who came to see an empty home", () => {
  it("is shown with the home, the screen and since when, and what to do", () => {
    const text = mount(DeskUnheard, { props: { wish: wish() } }).text();

    for (const part of ["3 幢 1 单元 102", "南门访客屏", t("gate.unheard"), t("gate.unheardTell"), t("gate.attend")]) expect(text).toContain(part);
  });

  it("is taken by one tap, once it is done", async () => {
    attend.mockResolvedValueOnce(wish({ attended_at: "2026-06-01T04:01:00Z", attended_by: "王卫" }));
    const line = mount(DeskUnheard, { props: { wish: wish() } });

    await line.find("button").trigger("click");
    await flushPromises();

    expect(attend).toHaveBeenCalledWith("", 5);
    expect(line.emitted("changed")).toHaveLength(1);
  });

  it("is not said to be taken where that failed", async () => {
    attend.mockRejectedValueOnce(new Error("gone"));
    const line = mount(DeskUnheard, { props: { wish: wish() } });

    await line.find("button").trigger("click");
    await flushPromises();

    expect(line.emitted("changed")).toBeUndefined();
  });

  it("names the guard who sees to it, and takes no second", () => {
    const line = mount(DeskUnheard, { props: { wish: wish({ attended_at: "2026-06-01T04:01:00Z", attended_by: "王卫" }) } });

    expect(line.text()).toContain(t("gate.attendedBy", { who: "王卫" }));
    expect(line.find("button").exists()).toBe(false);
  });

  it("stands at the gate desk, and is read again when one comes or is taken", async () => {
    unheard.mockResolvedValue({ items: [wish()] });
    const page = mount(GatePage, { global: { stubs } });
    await flushPromises();

    expect(page.findAllComponents(DeskUnheard)).toHaveLength(1);
    const [, load] = vi.mocked(useFacts).mock.calls.find(([topics]) => topics.includes("VisitUnheard"))!;
    unheard.mockResolvedValue({ items: [] });
    load();
    await flushPromises();
    expect(page.findAllComponents(DeskUnheard)).toHaveLength(0);
  });

  it("is said not to be known where it cannot be read", async () => {
    unheard.mockRejectedValue(new Error("down"));
    const page = mount(GatePage, { global: { stubs } });
    await flushPromises();

    expect(page.find("[role=alert]").exists()).toBe(true);
  });

  it("counts as somebody who waits, on every page, until a guard sees to it", async () => {
    unheard.mockResolvedValue({ items: [wish(), wish({ id: 6, attended_at: "2026-06-01T04:01:00Z", attended_by: "王卫" })] });
    const ring = mount(DeskRing, { global: { stubs, mocks: { $route: { name: "home" } } } });
    await flushPromises();

    expect(ring.text()).toContain(t("gate.waits", { n: 1 }));
  });

  it("alone, once somebody sees to it, rings nowhere", async () => {
    unheard.mockResolvedValue({ items: [wish({ attended_at: "2026-06-01T04:01:00Z", attended_by: "王卫" })] });
    const ring = mount(DeskRing, { global: { stubs, mocks: { $route: { name: "home" } } } });
    await flushPromises();

    expect(ring.text()).toBe("");
  });
});
