import { flushPromises, mount, RouterLinkStub } from "@vue/test-utils";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { type Deed, Unreachable } from "@linli/api";
import DeedList from "@/market/DeedList.vue";
import AgreePage from "@/pages/AgreePage.vue";
import { speak, t } from "@/use/language";

const { asking, agree } = vi.hoisted(() => ({ asking: vi.fn(), agree: vi.fn() }));
vi.mock("@linli/api", async (original) => {
  const api = await original<{ market: object }>();
  return { ...api, market: { ...api.market, asking, agree } };
});
vi.mock("vue-router", () => ({ useRoute: () => ({ fullPath: "/hml/agree?client_id=c" }) }));

const BACK = "http://lifts.example/back?code=1";
const said = (zh: string) => ({ zh, en: zh });

describe("the page on which a resident agrees", () => {
  const assign = vi.fn();
  const whole = window.location;

  beforeEach(() => {
    speak("zh");
    for (const mocked of [asking, agree, assign]) mocked.mockReset();
    asking.mockResolvedValue({ id: 1, name: "快梯", home: "", words: "", scopes: [], beyond: [], back: "http://lifts.example/back", agreed: false });
    Object.defineProperty(window, "location", { configurable: true, value: { ...whole, assign } });
  });
  afterEach(() => Object.defineProperty(window, "location", { configurable: true, value: whole }));

  const shown = async () => {
    const page = mount(AgreePage);
    await flushPromises();
    return page;
  };
  const press = async (page: Awaited<ReturnType<typeof shown>>, verb: string) => {
    await page.findAll("button").find((one) => one.text() === verb)!.trigger("click");
    await flushPromises();
  };

  it("says that it was taken, though the service answers with nothing, and offers no second answer", async () => {
    agree.mockResolvedValue({ location: BACK });
    const page = await shown();

    await press(page, t("agree.yes"));

    expect(assign).toHaveBeenCalledWith(BACK);
    expect(page.text()).toContain(t("agree.done", { host: "lifts.example" }));
    expect(page.find("a.go").attributes("href")).toBe(BACK);
    expect(page.findAll("button").map((one) => one.text())).not.toContain(t("agree.yes"));
    page.unmount();
  });

  it("says so too when he did not agree", async () => {
    agree.mockResolvedValue({ location: BACK });
    const page = await shown();

    await press(page, t("agree.no"));

    expect(agree.mock.calls[0]!.at(-1)).toBe(false);
    expect(page.text()).toContain(t("agree.declined", { host: "lifts.example" }));
    page.unmount();
  });

  it("lets him try again where the answer did not get through", async () => {
    agree.mockRejectedValue(new Unreachable());
    const page = await shown();

    await press(page, t("agree.yes"));

    expect(assign).not.toHaveBeenCalled();
    expect(page.find("[role=alert]").exists()).toBe(true);
    const yes = page.findAll("button").find((one) => one.text() === t("agree.yes"))!;
    expect(yes.attributes("disabled")).toBeUndefined();
    page.unmount();
  });
});

describe("what a service did", () => {
  const deed = (over: Partial<Deed>): Deed => ({ at: "2026-06-01T04:00:00Z", act: "POST /hml/cases", status: 201, words: said("报事"), case: null, name: "", ...over });
  const list = (deeds: Deed[], calls = false) => mount(DeedList, { props: { deeds, calls }, global: { stubs: { RouterLink: RouterLinkStub } } });

  it("is told in words and by the number of the case, the call itself to staff alone", () => {
    const done = [deed({ case: { id: 4, number: "2026-000004", kind_name: said("电梯报修") } })];

    expect(list(done).text()).toContain("电梯报修 2026-000004");
    expect(list(done).text()).not.toContain("POST");
    expect(list(done, true).text()).toContain("POST /hml/cases · 201");
  });

  it("says of what came to nothing that it did", () => {
    expect(list([deed({ status: 404 })]).text()).toContain(t("market.deedFailed"));
    expect(list([deed({})]).text()).not.toContain(t("market.deedFailed"));
  });
});
