import { flushPromises, mount } from "@vue/test-utils";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { myCharging, type OwnCharging, type OwnChargingSite } from "@linli/api";
import PackageBox from "@/resident/charging/PackageBox.vue";
import { speak, t } from "@/use/language";
import { enterCommunity } from "@/use/session";

const said = (zh: string) => ({ zh, en: zh });
const site = { code: "s1", tariff: { packages: [{ id: "m", name: said("月包"), days: 30, energy_wh: 30_000, price_fen: 2_000 }] } } as unknown as OwnChargingSite;
const own = (balance_fen: number, packages: object[] = []) => ({ balance_fen, packages }) as unknown as OwnCharging;
const bought = { id: 4, name: said("月包"), energy_wh: 30_000, left_wh: 15_000, price_fen: 2_000, until: "2026-07-01T00:00:00Z", refunded_at: null };

function drawn(props: { own: OwnCharging; site?: OwnChargingSite }) {
  return mount(PackageBox, { props, attachTo: document.body, global: { stubs: { RouterLink: true } } });
}
const dialog = () => document.querySelector<HTMLElement>(".el-dialog")!;

beforeEach(() => {
  vi.restoreAllMocks();
  document.body.innerHTML = "";
  speak("zh");
  enterCommunity("hml");
});

describe("packages of a site", () => {
  it("are bought without a plug, once money is asked for", async () => {
    const buy = vi.spyOn(myCharging, "buy").mockResolvedValue({} as never);
    const page = drawn({ own: own(5_000), site });

    await page.findAll("button").find((one) => one.text() === t("charging.buy"))!.trigger("click");
    await flushPromises();
    expect(buy).not.toHaveBeenCalled();
    dialog().querySelector("form")!.dispatchEvent(new Event("submit"));
    await flushPromises();

    expect(buy.mock.calls).toEqual([["hml", "s1", "m"]]);
    expect(page.emitted("changed")).toHaveLength(1);
    page.unmount();
  });

  it("are not bought with less than they cost", async () => {
    const buy = vi.spyOn(myCharging, "buy");
    const page = drawn({ own: own(1_999), site });

    await page.findAll("button").find((one) => one.text() === t("charging.buy"))!.trigger("click");
    await flushPromises();
    dialog().querySelector("form")!.dispatchEvent(new Event("submit"));
    await flushPromises();

    expect(dialog().textContent).toContain(t("charging.buyShort"));
    expect(buy).not.toHaveBeenCalled();
    page.unmount();
  });

  it("take no room where there are none, and of one's own show what is left", () => {
    expect(drawn({ own: own(0) }).find("section").exists()).toBe(false);
    expect(drawn({ own: own(0, [bought, { ...bought, id: 5, left_wh: 0 }]) }).findAll("button")).toHaveLength(1);
  });
});
