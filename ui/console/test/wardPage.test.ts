/** The page of privacy of a guardian: it tells of whom it shows, and asks for nobody else. */
import { flushPromises, mount } from "@vue/test-utils";
import { beforeEach, expect, it, vi } from "vitest";
import { privacy, Refused, type Privacy } from "@linli/api";
import PrivacyPage from "@/pages/PrivacyPage.vue";
import { speak, t } from "@/use/language";
import { actFor, community } from "@/use/session";

const { route, replace } = vi.hoisted(() => ({ route: { query: {} as Record<string, string> }, replace: vi.fn() }));
vi.mock("vue-router", () => ({ useRoute: () => route, useRouter: () => ({ replace }) }));

const WARD = { subject: "person:12", name: "周小宝", guardian: true };
const page = (mine: boolean) =>
  ({
    own: WARD,
    people: [WARD],
    held: [],
    newest: 100,
    consents: [],
    looks: [],
    looks_next: null,
    requests: [],
    guardians: [{ name: "叔叔", given: true, until: null, mine }],
    deeds: [],
    deeds_next: null,
  }) as unknown as Privacy;
const mine = vi.spyOn(privacy, "mine");
const ask = vi.spyOn(privacy, "ask");
const stubs = { AuthorisationPanel: true, RouterLink: true, AskDialog: { props: ["title"], emits: ["go"], template: "<button :data-ask='title' @click=\"$emit('go')\" />" } };

async function open(his: boolean) {
  mine.mockImplementation(async (_, subject) => {
    if (!subject) throw new Refused("consent.not_in_the_register", "", 404);
    return page(his);
  });
  vi.spyOn(privacy, "wards").mockResolvedValue({ items: [WARD], permissions: [] });
  const shown = mount(PrivacyPage, { global: { stubs } });
  await flushPromises();
  return shown;
}

beforeEach(() => {
  vi.resetAllMocks();
  speak("zh");
  community.value = "hml";
});

it("begins with the ward of who is nobody here himself, and asks for him by his name", async () => {
  ask.mockResolvedValue({ due_on: "2026-06-15" } as never);
  const shown = await open(true);

  await shown.get(`[data-ask='${t("privacy.erase")}']`).trigger("click");
  await flushPromises();

  expect(mine.mock.calls.map(([, subject]) => subject).slice(0, 2)).toEqual(["", "person:12"]);
  expect(ask).toHaveBeenCalledWith("hml", { kind: "erasure", subject: "person:12" });
});

it("tells of the ward for whom one acts, until oneself is chosen", async () => {
  mine.mockResolvedValue(page(true));
  actFor({ ...WARD, permissions: [] });
  mount(PrivacyPage, { global: { stubs } });
  await flushPromises();
  actFor(null);

  expect(mine.mock.calls.map(([, subject]) => subject)).toEqual(["person:12"]);
});

it.each([[true], [false]])("offers to lay down what is one's own alone: %s", async (his) => {
  const shown = await open(his);
  expect(shown.text()).toContain("叔叔");
  const offered = shown.findAll("button").filter((one) => one.text() === t("ward.layDown"));
  expect(offered).toHaveLength(his ? 1 : 0);
});

it("tells what was done for him page by page, also when nobody is his guardian any more", async () => {
  const deed = (who: string) => ({ at: "2026-06-01T04:00:00Z", who, what: { zh: "门禁", en: "doors" } });
  mine.mockResolvedValue({ ...page(false), guardians: [], deeds: [deed("甲")], deeds_next: "9-9" } as unknown as Privacy);
  const deeds = vi.spyOn(privacy, "deeds").mockResolvedValueOnce({ items: [deed("乙")], next: "8-8" }).mockResolvedValueOnce({ items: [deed("丙")], next: null });
  const shown = mount(PrivacyPage, { global: { stubs } });
  await flushPromises();
  expect(shown.text()).toContain("甲：门禁");

  for (let turned = 0; turned < 2; turned += 1) {
    await shown.findAll("button").find((one) => one.text() === t("do.more"))!.trigger("click");
    await flushPromises();
  }

  expect(deeds.mock.calls.map(([, subject, cursor]) => [subject, cursor])).toEqual([["person:12", "9-9"], ["person:12", "8-8"]]);
  expect(["甲", "乙", "丙"].every((who) => shown.text().includes(`${who}：门禁`))).toBe(true);
  expect(shown.findAll("button").some((one) => one.text() === t("do.more"))).toBe(false);
});
