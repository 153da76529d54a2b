import { flushPromises, mount } from "@vue/test-utils";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { sos, type Sos } from "@linli/api";
import SosPage from "@/pages/SosPage.vue";
import SosCard from "@/sos/SosCard.vue";
import { t } from "@/use/language";

vi.mock("vue-router", () => ({ useRoute: () => ({ params: {} }), RouterLink: { template: "<a><slot /></a>" } }));
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
