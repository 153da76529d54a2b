import { flushPromises, mount } from "@vue/test-utils";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { Refused, sos, type Sos } from "@linli/api";
import SosPage from "@/pages/SosPage.vue";
import RingSheet from "@/sos/RingSheet.vue";
import SosCard from "@/sos/SosCard.vue";
import { t } from "@/use/language";
import { community, user } from "@/use/session";

const { route, push } = vi.hoisted(() => ({ route: { name: "rounds", params: {} }, push: vi.fn() }));
vi.mock("vue-router", () => ({ useRoute: () => route, useRouter: () => ({ push }), RouterLink: { template: "<a><slot /></a>" } }));
vi.mock("@/resident/visits/ring", () => ({ ring: vi.fn(), silence: vi.fn() }));
vi.mock("@/use/live", () => ({ useFacts: vi.fn() }));

const call = (id: number, closed: boolean) => ({ id, closed_at: closed ? "2026-06-01T04:00:00Z" : null }) as Sos;
const board = vi.spyOn(sos, "board");
const drawn = async () => {
  const page = mount(SosPage, { global: { stubs: { SosCard: true, AskDialog: true, RouterLink: true } } });
  await flushPromises();
  return page;
};
const ids = (page: Awaited<ReturnType<typeof drawn>>) => page.findAllComponents(SosCard).map((card) => card.props("call").id);
const more = (page: Awaited<ReturnType<typeof drawn>>) => page.findAll("button").find((one) => one.text() === t("do.more"));

beforeEach(() => vi.clearAllMocks());

describe("the board of calls for help", () => {
  it("shows what is over longer, once it is asked for", async () => {
    board.mockResolvedValueOnce({ items: [call(9, false), call(8, true)], next: "closed.8" });
    const page = await drawn();
    expect(ids(page)).toEqual([9, 8]);

    board.mockResolvedValueOnce({ items: [call(7, true)], next: null });
    await more(page)!.trigger("click");
    await flushPromises();

    expect(board.mock.calls.map(([, cursor]) => cursor)).toEqual([undefined, "closed.8"]);
    expect(ids(page)).toEqual([9, 8, 7]);
    expect(more(page)).toBeUndefined();
  });

  it("shows a call that closed since the first part once, as over", async () => {
    board.mockResolvedValueOnce({ items: [call(5, false), call(8, true)], next: "closed.8" });
    const page = await drawn();

    board.mockResolvedValueOnce({ items: [call(7, true), call(5, true)], next: null });
    await more(page)!.trigger("click");
    await flushPromises();

    expect(ids(page).sort()).toEqual([5, 7, 8]);
    expect(page.text()).not.toContain(t("sos.open"));
  });

  it("says where there was none", async () => {
    board.mockResolvedValueOnce({ items: [], next: null });

    expect((await drawn()).text()).toContain(t("sos.none"));
  });
});

describe("a telephone that rings", () => {
  const rung = (more: Partial<Sos> = {}) =>
    ({ id: 6, own: false, state: "ringing", test: false, caller: "周建华", note: "", place_name: { zh: "5号楼", en: "building 5" }, started_at: "2026-06-01T04:00:00Z", answered_by: null, ...more }) as unknown as Sos;
  const mine = vi.spyOn(sos, "mine");
  const act = vi.spyOn(sos, "act");
  const open = async (call: Sos | null, page = "sos") => {
    mine.mockResolvedValue({ items: call ? [call] : [], places: [], phone: "" });
    const sheet = mount(RingSheet, { props: { page }, global: { stubs: { RouterLink: { props: ["to"], template: "<a :data-to='JSON.stringify(to)'><slot /></a>" } } } });
    await flushPromises();
    return sheet;
  };
  const press = async (sheet: Awaited<ReturnType<typeof open>>, text: string) => {
    await sheet.findAll("button").find((one) => one.text() === text)!.trigger("click");
    await flushPromises();
  };
  const coming = rung({ state: "answered", answered_by: { id: 3, name: "秦卫" } });
  const TO = { name: "sos", params: { id: 6 } };

  beforeEach(() => {
    route.name = "rounds";
    community.value = "hml";
    user.value = { id: 3, permissions: { hml: [] } } as unknown as typeof user.value;
  });

  it("takes who answers to the call", async () => {
    act.mockResolvedValue(coming);
    const sheet = await open(rung());
    await press(sheet, t("sos.answer"));

    expect(act.mock.calls).toEqual([["hml", 6, "answer"]]);
    expect(push.mock.calls).toEqual([[TO]]);
  });

  it("leaves who was too late where he is, and rings no more", async () => {
    act.mockImplementation(async () => {
      mine.mockResolvedValue({ items: [rung({ state: "answered", answered_by: { id: 4, name: "别人" } })], places: [], phone: "" });
      throw new Refused("sos.answered", "已有人赶去", 409);
    });
    const sheet = await open(rung());
    await press(sheet, t("sos.answer"));

    expect(push).not.toHaveBeenCalled();
    expect([sheet.find("[role=alertdialog]").exists(), sheet.find("aside").exists()]).toEqual([false, false]);
  });

  it("keeps saying where he is wanted on every other page, until he is there", async () => {
    act.mockResolvedValue(rung({ state: "arrived" }));
    const sheet = await open(coming);
    expect(sheet.find("aside").text()).toContain(t("sos.going", { place: "building 5" }));
    expect(JSON.parse(sheet.find("aside a").attributes("data-to")!)).toEqual(TO);

    mine.mockResolvedValue({ items: [rung({ state: "arrived", answered_by: { id: 3, name: "秦卫" } })], places: [], phone: "" });
    await press(sheet, t("sos.arrive"));

    expect(act.mock.calls).toEqual([["hml", 6, "arrive"]]);
    expect(push.mock.calls).toEqual([[TO]]);
    expect(sheet.find("aside").exists()).toBe(false);
  });

  it("does not say it twice where the call itself stands", async () => {
    route.name = "sos";

    expect((await open(coming)).find("aside").exists()).toBe(false);
  });

  it("takes a neighbour to his own page", async () => {
    act.mockResolvedValue(coming);
    await press(await open(rung(), "my-help"), t("sos.answer"));

    expect(push.mock.calls).toEqual([[{ name: "my-help", params: {} }]]);
  });
});

describe("the record of a call", () => {
  const line = (told: string[]) => ({ at: "2026-06-01T04:00:00Z", what: "rung", text: { zh: "正在呼叫", en: "Ringing" }, by: null, whom: "family", told, outcome: "", note: "" });
  const shown = (told: string[]) =>
    mount(SosCard, { props: { call: { ...call(9, false), place_name: {}, record: [line(told)], record_next: null, state: "ringing", started_at: "2026-06-01T04:00:00Z" } as unknown as Sos, plain: true }, global: { stubs: { RouterLink: true } } }).find(".record").text();

  it("says of nobody that he is being rung", () => {
    expect(shown([])).toContain(`${t("sos.whom.family")}：${t("sos.nobody")}`);
    expect(shown([])).not.toContain("Ringing");
    expect(shown(["秦卫"])).toContain("Ringing");
  });
});
