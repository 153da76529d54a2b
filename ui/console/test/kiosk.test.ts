import { flushPromises, mount } from "@vue/test-utils";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { kioskDesk, Refused, Unreachable } from "@linli/api";
import KioskPage from "@/pages/KioskPage.vue";
import { speak, t } from "@/use/language";

vi.mock("vue-router", () => ({ useRoute: () => ({ params: { community: "hml", device: "kiosk-1" } }) }));

const runs = vi.spyOn(kioskDesk, "runs");
const estate = vi.spyOn(kioskDesk, "estate");
const TOLD = { ok: true, name: { zh: "和睦里", en: "Hemuli" }, phone: "+8657188880000" };

beforeEach(() => {
  vi.useFakeTimers();
  speak("zh");
  localStorage.setItem("linli.kiosk", JSON.stringify({ community: "hml", device: "kiosk-1", secret: "s" }));
  runs.mockReset().mockResolvedValue(undefined);
  estate.mockReset().mockResolvedValue(TOLD);
});
afterEach(() => {
  vi.useRealTimers();
  localStorage.clear();
});
const drawn = async () => {
  const page = mount(KioskPage);
  await flushPromises();
  return page;
};
const later = async (ms: number) => {
  await vi.advanceTimersByTimeAsync(ms);
  await flushPromises();
};

it("says in both languages of which estate it is, and whom to telephone", async () => {
  const page = await drawn();
  expect(page.find("header").text()).toContain("和睦里");

  speak("en");
  await flushPromises();

  expect(page.find("header").text()).toContain("Hemuli");
  expect(page.find("footer .duty").text()).toBe(t("duty.call", { phone: "0571-88880000" }));
  expect(page.find("a").exists()).toBe(false);
});

it("goes on naming both when it is cut off, and when it is taken out of use", async () => {
  const page = await drawn();
  runs.mockRejectedValueOnce(new Unreachable());
  await later(120_000);
  expect(page.find("header").text()).toContain("和睦里");
  expect(page.text()).toContain(t("kiosk.start"));

  runs.mockRejectedValue(new Refused("push.not_believed", "", 401));
  await later(120_000);

  expect(page.text()).toContain(t("kiosk.out"));
  expect(page.text()).not.toContain(t("kiosk.start"));
  expect(page.find("footer .duty").exists()).toBe(true);
});

it("stays in use, and goes on naming both, where its second question alone is refused", async () => {
  const page = await drawn();
  estate.mockRejectedValue(new Refused("push.not_believed", "", 422));
  await later(120_000);

  expect(page.text()).toContain(t("kiosk.start"));
  expect(page.find("header").text()).toContain("和睦里");
  expect(page.find("footer .duty").exists()).toBe(true);
});

it("offers no telephone where none is entered", async () => {
  estate.mockResolvedValue({ ...TOLD, phone: "" });

  expect((await drawn()).find("footer .duty").exists()).toBe(false);
});
