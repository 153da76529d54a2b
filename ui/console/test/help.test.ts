import { flushPromises, mount } from "@vue/test-utils";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { notices, Refused, sos, Unreachable, type Notice, type Sos, type SosSpot } from "@linli/api";
import HelpPage from "@/resident/home/HelpPage.vue";
import NewsBar from "@/resident/NewsBar.vue";
import SosCard from "@/sos/SosCard.vue";
import { t } from "@/use/language";
import { community } from "@/use/session";
import { setTextSize } from "@/use/textSize";

vi.mock("vue-router", () => ({ useRoute: () => ({ params: {} }), useRouter: () => ({ push: vi.fn() }), RouterLink: { template: "<a><slot /></a>" } }));
vi.mock("@/use/live", () => ({ useFacts: vi.fn() }));
const position = vi.hoisted(() => vi.fn());
vi.mock("@/rounds/where", () => ({ whereami: position }));

const spot = (place: string, kind: string, here = false): SosSpot => ({ place, kind, here, name: { zh: place, en: place } });
const HOME = spot("hml/b01/101", "home");
const SHOP = spot("hml/shop-1", "shop", true);
const ESTATE = spot("hml", "elsewhere");
const own = (place: string, more: Partial<Sos> = {}) =>
  ({ id: 7, own: true, place, place_name: { zh: place, en: place }, state: "ringing", cancel_s: 0, started_at: "2026-06-01T04:00:00Z", record: [], ...more }) as unknown as Sos;

let open: Sos[] = [];
vi.spyOn(sos, "mine").mockImplementation(async () => ({ items: open, places: [HOME, SHOP, ESTATE], phone: "+8657188880000" }));
const call = vi.spyOn(sos, "call").mockImplementation(async (_, wish) => (open = [own(wish.place || SHOP.place)])[0]!);
const move = vi.spyOn(sos, "move").mockImplementation(async (_, __, wish) => (open = [own(wish.place)])[0]!);

const drawn = async () => {
  const page = mount(HelpPage, { global: { stubs: { SosCard: true } } });
  await flushPromises();
  return page;
};
const chosen = (page: Awaited<ReturnType<typeof drawn>>) => page.find(".chosen").text();
const tap = async (page: Awaited<ReturnType<typeof drawn>>, text: string) => {
  await page.findAll("label").find((one) => one.text() === text)!.find("input").setValue(true);
  await flushPromises();
};

beforeEach(() => {
  vi.clearAllMocks();
  open = [];
  community.value = "hml";
});

describe("a call for help from a telephone", () => {
  it("offers the duty room to be telephoned, also when nothing more is heard", async () => {
    const page = await drawn();
    const dialled = () => page.findAll("a[href^='tel:']").map((one) => one.attributes("href"));
    expect(dialled()).toEqual(["tel:120", "tel:+8657188880000"]);
    vi.mocked(sos.mine).mockRejectedValueOnce(new Unreachable());
    call.mockRejectedValueOnce(new Unreachable());

    await page.find(".press").trigger("click");
    await flushPromises();

    expect(page.find("[role=alert]").text()).toContain(t("duty.call", { phone: "0571-88880000" }));
    expect(dialled()).toEqual(["tel:120", "tel:+8657188880000", "tel:120"]);
  });

  it("goes out at one press with the place where he is taken to be, and waits for no position", async () => {
    const page = await drawn();
    expect(chosen(page)).toBe(t("help.inShop"));

    await page.find(".press").trigger("click");
    await flushPromises();

    expect(call.mock.calls[0]![1]).toMatchObject({ place: SHOP.place, at_home: false });
    expect(position).not.toHaveBeenCalled();
    expect(page.text()).toContain(t("help.there", { place: SHOP.place }));
  });

  it("is put right by one tap while it is open", async () => {
    open = [own(SHOP.place)];
    const page = await drawn();

    await tap(page, t("help.atHome"));

    expect(move.mock.calls.map(([, id, wish]) => [id, wish])).toEqual([[7, { place: HOME.place }]]);
    expect(chosen(page)).toBe(t("help.atHome"));
    expect(call).not.toHaveBeenCalled();
  });

  it("goes out at once from elsewhere too, and the position comes after it", async () => {
    let found: (where: unknown) => void = () => undefined;
    position.mockReturnValue(new Promise((done) => (found = done)));
    const page = await drawn();
    await tap(page, t("help.elsewhere"));

    await page.find(".press").trigger("click");
    await flushPromises();
    expect([call.mock.calls.length, move.mock.calls.length]).toEqual([1, 0]);
    found({ longitude: 121.48, latitude: 31.23, accuracy_m: 9 });
    await flushPromises();

    expect(move.mock.calls[0]![2]).toEqual({ place: ESTATE.place, position: { longitude: 121.48, latitude: 31.23 } });
  });
});

describe("a call for help that no network carries", () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ["setInterval", "clearInterval", "setTimeout", "clearTimeout", "Date"] }));
  afterEach(() => void vi.useRealTimers());
  const press = async (page: Awaited<ReturnType<typeof drawn>>) => {
    await page.find(".press").trigger("click");
    await flushPromises();
  };
  const online = async () => {
    dispatchEvent(new Event("online"));
    await flushPromises();
  };
  const keys = () => call.mock.calls.map(([, wish]) => wish.key);

  it("goes out by itself once there is one, as the same call, and says so all along", async () => {
    call.mockRejectedValueOnce(new Unreachable());
    const page = await drawn();
    await press(page);
    expect(page.find("[role=alert]").text()).toContain(t("help.unsent"));
    expect(page.find("[role=alert] a[href='tel:120']").exists()).toBe(true);

    await online();

    expect(new Set(keys()).size).toBe(1);
    expect(call).toHaveBeenCalledTimes(2);
    expect(page.find("[role=alert]").exists()).toBe(false);
    expect(page.text()).toContain(t("help.sent"));
    await online();
    expect(call).toHaveBeenCalledTimes(2);
    page.unmount();
  });

  it("is tried again where the telephone says nothing of its network, and where nobody answers", async () => {
    call.mockImplementationOnce(() => new Promise(() => undefined));
    const page = await drawn();
    await press(page);
    await vi.advanceTimersByTimeAsync(5_000);
    expect(page.find("[role=alert]").text()).toContain(t("help.unsent"));

    await vi.advanceTimersByTimeAsync(3_000);

    expect(call).toHaveBeenCalledTimes(2);
    expect(page.text()).toContain(t("help.sent"));
    page.unmount();
  });

  it("is sent no more once he says so, after ten minutes, or once he has gone", async () => {
    call.mockRejectedValue(new Unreachable());
    const page = await drawn();
    await press(page);
    await page.findAll("button").find((one) => one.text() === t("help.giveUp"))!.trigger("click");
    await online();
    expect(call).toHaveBeenCalledTimes(1);

    await press(page);
    vi.setSystemTime(Date.now() + 600_001);
    await online();
    expect(page.find("[role=alert]").text()).toContain(t("help.failed"));
    expect(call).toHaveBeenCalledTimes(2);

    await press(page);
    page.unmount();
    await online();
    expect(call).toHaveBeenCalledTimes(3);
    call.mockImplementation(async (_, wish) => (open = [own(wish.place || SHOP.place)])[0]!);
  });

  it("is not tried again where the server refuses it", async () => {
    call.mockRejectedValueOnce(new Refused("sos.no_place", "", 422));
    const page = await drawn();
    await press(page);
    await online();

    expect(page.find("[role=alert]").text()).toContain(t("help.failed"));
    expect(call).toHaveBeenCalledTimes(1);
    page.unmount();
  });
});

describe("the live picture of a call", () => {
  const card = (more: Partial<Sos>) => mount(SosCard, { props: { call: own(HOME.place, { camera: "cam-1", ...more }) }, global: { stubs: { RouterLink: true, PicturePanel: true, DoorPicture: true } } });

  it("is asked for, and ends with the call", async () => {
    const shown = card({ live: true });
    const button = shown.findAll("button").find((one) => one.text() === t("sos.look"))!;
    expect(shown.find("door-picture-stub").exists()).toBe(false);

    await button.trigger("click");
    expect(shown.find("door-picture-stub").exists()).toBe(true);
    await shown.setProps({ call: own(HOME.place, { camera: "cam-1", live: false, closed_at: "2026-06-01T04:09:00Z" }) });

    expect(shown.find("door-picture-stub").exists()).toBe(false);
  });

  it("is not offered where the camera has none", () => {
    expect(card({ live: false }).text()).not.toContain(t("sos.look"));
  });
});

describe("what became of his own", () => {
  const said = (id: number, more: Partial<Notice> = {}) => ({ id, link: "/my/home", read: false, at: new Date().toISOString(), severity: "critical", text: { zh: `home ${id}`, en: `home ${id}` }, ...more }) as Notice;
  const list = vi.spyOn(notices, "list");
  const read = vi.spyOn(notices, "read");

  it("stands over every page until it is read; what is old or of nothing of his own does not", async () => {
    const rows = [said(5, { link: "/cases/5" }), said(4), said(3, { at: "2020-01-01T00:00:00Z" })];
    list.mockImplementation(async () => ({ items: rows, next: null }));
    read.mockImplementation(async (_, id) => void (rows.find((one) => one.id === id)!.read = true));
    const page = mount(NewsBar, { global: { stubs: { RouterLink: true } } });
    await flushPromises();
    expect(page.text()).toContain("home 4");

    await page.find("button").trigger("click");
    await flushPromises();

    expect(read.mock.calls).toEqual([["hml", 4]]);
    expect(page.find("[role=alert]").exists()).toBe(false);
  });

  it.each(["/my/car", "/my/car/wishes"])("tells of his car, with page %s, before what is older and no danger", async (link) => {
    const rows = [said(8, { link, severity: "major" }), said(9, { link: "/my/charging/LL1", severity: "info" })];
    list.mockImplementation(async () => ({ items: rows, next: null }));
    const page = mount(NewsBar, { global: { stubs: { RouterLink: { template: "<a><slot /></a>" } } } });
    await flushPromises();

    expect(page.find("[role=alert]").text()).toContain("home 8");
    expect(page.find("a").text()).toBe(t("news.more", { n: 1 }));
  });

  it("is one line where the words are largest, which unfolds at a tap, each by itself", async () => {
    const rows = [said(8), said(7)];
    list.mockImplementation(async () => ({ items: rows, next: null }));
    read.mockReset().mockImplementation(async (_, id) => void (rows.find((one) => one.id === id)!.read = true));
    setTextSize("largest");
    const page = mount(NewsBar, { global: { stubs: { RouterLink: true } } });
    await flushPromises();
    expect([page.findAll("button").length, page.find("[role=alert]").text()]).toEqual([1, expect.stringContaining("home 8")]);

    await page.find("button").trigger("click");
    expect(page.findAll("button").map((one) => one.text())).toEqual([t("news.read"), t("news.see")]);
    await page.find("button").trigger("click");
    await flushPromises();

    expect([page.findAll("button").length, page.find("[role=alert]").text()]).toEqual([1, expect.stringContaining("home 7")]);
    setTextSize("normal");
  });

  it("comes one after another, a danger first and by itself, of one guest all at once", async () => {
    const guest = { link: "/my/visitors/7", severity: "info" } as const;
    const rows = [said(9, guest), said(8, guest), said(7), said(6)];
    list.mockImplementation(async () => ({ items: rows, next: null }));
    read.mockReset().mockImplementation(async (_, id) => void (rows.find((one) => one.id === id)!.read = true));
    const page = mount(NewsBar, { global: { stubs: { RouterLink: true } } });
    const next = async () => {
      await flushPromises();
      const text = page.text();
      await page.find("button").trigger("click");
      await flushPromises();
      return text.match(/home \d/)?.[0];
    };

    expect([await next(), await next(), await next()]).toEqual(["home 7", "home 6", "home 9"]);
    expect(read.mock.calls.map(([, id]) => id)).toEqual([7, 6, 9, 8]);
    expect(page.find("aside").exists()).toBe(false);
  });
});
