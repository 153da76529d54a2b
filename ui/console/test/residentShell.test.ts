/** The frame of one's own pages: what is told stands above them, and below the button that calls for help. */
import { flushPromises, shallowMount } from "@vue/test-utils";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import AccountPage from "@/pages/AccountPage.vue";
import NewsBar from "@/resident/NewsBar.vue";
import ResidentShell from "@/resident/ResidentShell.vue";
import WardBar from "@/resident/WardBar.vue";
import LanguageButton from "@/shell/LanguageButton.vue";
import LiveBar from "@/shell/LiveBar.vue";
import NoticesBell from "@/shell/NoticesBell.vue";
import RingSheet from "@/sos/RingSheet.vue";
import { t } from "@/use/language";
import { community, user } from "@/use/session";
import { setTextSize } from "@/use/textSize";

const { route, join } = vi.hoisted(() => ({ route: { name: "my-doors", fullPath: "/my/doors", meta: {} }, join: vi.fn() }));
vi.mock("vue-router", () => ({ useRoute: () => route, useRouter: () => ({ push: vi.fn() }), RouterLink: { template: "<a><slot /></a>" }, RouterView: { template: "<div />" } }));
vi.mock("@/use/live", async () => ({ useFacts: vi.fn(), useLive: vi.fn(), join, leave: vi.fn(), line: (await import("vue")).ref("off"), lostAt: (await import("vue")).ref(0) }));

const LIVES = ["privacy.own", "notices.read", "sos.call", "visits.own", "doors.own"];
const signedIn = (permissions: string[]) => {
  user.value = { id: 1, permissions: { hml: permissions }, roles: { hml: [] }, communities: [{ code: "hml", name: { zh: "和睦里", en: "Hemuli" } }] } as unknown as typeof user.value;
  community.value = "hml";
};
const drawn = async (name = "my-doors") => {
  route.name = name;
  const shell = shallowMount(ResidentShell, { global: { stubs: { RouterView: true, RouterLink: true } } });
  await flushPromises();
  return shell;
};

beforeEach(() => {
  vi.clearAllMocks();
  signedIn(LIVES);
});
afterEach(() => setTextSize("normal"));

it("says that the connection is lost, and what one was told, on every page of one's own", async () => {
  const shell = await drawn();

  expect([LiveBar, RingSheet, WardBar, NewsBar, NoticesBell].map((one) => shell.findComponent(one).exists())).toEqual([true, true, true, true, true]);
  expect(shell.findComponent(NewsBar).props("small")).toBe(false);
  expect(join.mock.calls).toEqual([["hml"]]);
});

it("is heard of live also by who works here and holds no guests of his own, not by who may neither", async () => {
  signedIn(["devices.read"]);
  await drawn();
  expect(join.mock.calls).toEqual([["hml"]]);

  join.mockClear();
  signedIn(["privacy.own"]);
  await drawn();
  expect(join).not.toHaveBeenCalled();
});

it("lets nothing stand above the button that calls for help, and does not ring over it", async () => {
  const shell = await drawn("my-help");

  expect(shell.find(".my").classes()).toContain("calling");
  expect(shell.findComponent(RingSheet).exists()).toBe(false);
  expect(shell.findComponent(WardBar).attributes("style")).toContain("none");
  expect(shell.findComponent(NewsBar).props("small")).toBe(true);
});

it("keeps the name of the estate whole where the words are largest", async () => {
  const shell = await drawn();
  const tools = () => [shell.findComponent(NoticesBell).exists(), shell.findComponent(LanguageButton).exists(), document.documentElement.dataset.reader];
  expect(tools()).toEqual([true, true, "resident"]);

  setTextSize("largest");
  await flushPromises();

  expect(tools()).toEqual([false, false, "elder"]);
});

it.each([
  ["my-account", false],
  ["account", true],
])("an account at %s offers the sound of alarms and its own text size: %s", (name, offers) => {
  route.name = name;
  const page = shallowMount(AccountPage);
  const asked = page.findAllComponents({ name: "ChoiceRow" }).map((one) => one.props("label"));

  expect([asked.includes(t("account.sound")), asked.includes(t("account.text"))]).toEqual([offers, offers]);
  expect(asked).toContain(t("account.language"));
});
