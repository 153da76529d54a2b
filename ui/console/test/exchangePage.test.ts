/** The page of departments says what was asked for and waits for a second person. */
import { flushPromises, mount } from "@vue/test-utils";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { approvals, cases, exchange } from "@linli/api";
import ExchangePage from "@/pages/ExchangePage.vue";
import { speak, t } from "@/use/language";
import { community, user } from "@/use/session";

const asked = (kind: string, zh: string) => ({ id: zh.length, kind, words: { zh, en: zh }, asked_by: { id: 1, name: "邓倩" }, asked_at: "2026-06-01T04:00:00Z", until: "2026-06-04T04:00:00Z" });
const none = { items: [], next: null };

async function shown(waits: object[] | Error, permissions = ["approvals.read", "exchange.read"]) {
  user.value = { id: 1, permissions: { hml: permissions }, communities: [] } as unknown as typeof user.value;
  const list = vi.spyOn(approvals, "list");
  if (waits instanceof Error) list.mockRejectedValue(waits);
  else list.mockResolvedValue({ ...none, items: waits, decides: [] } as never);
  const page = mount(ExchangePage, { global: { stubs: { RouterLink: { template: "<a><slot /></a>" } } } });
  await flushPromises();
  return { text: page.text(), list };
}

beforeEach(() => {
  vi.restoreAllMocks();
  speak("zh");
  community.value = "hml";
  vi.spyOn(exchange, "messages").mockResolvedValue(none as never);
  vi.spyOn(exchange, "comparisons").mockResolvedValue(none as never);
  vi.spyOn(exchange, "departments").mockResolvedValue({ ...none, fields: [], adapters: [] } as never);
  vi.spyOn(cases, "kinds").mockResolvedValue({ items: [] } as never);
});
afterEach(() => (user.value = null));

it("names what waits of departments and of nothing else, and does not say that there is none", async () => {
  const { text } = await shown([asked("department", "新设热线办"), asked("export", "导出人员")]);

  expect(text).toContain("新设热线办");
  expect(text).toContain(t("exchange.waits"));
  expect(text).not.toContain("导出人员");
  expect(text).not.toContain(t("exchange.departmentsNone"));
});

it("says that there is none where nothing waits, and that it does not know where that cannot be read", async () => {
  expect((await shown([])).text).toContain(t("exchange.departmentsNone"));
  expect((await shown(new Error("down"))).text).toContain(t("exchange.waitsUnknown"));
});

it("asks for no requests where the reader may see none", async () => {
  const { list } = await shown([], ["exchange.read"]);

  expect(list).not.toHaveBeenCalled();
});
