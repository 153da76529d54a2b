/** The record of a call and the history of a case bear their newest lines; what was before comes on demand, in order. */
import { flushPromises, mount, type VueWrapper } from "@vue/test-utils";
import { beforeEach, expect, it, vi } from "vitest";
import { cases, sos, type CaseDetail, type Move, type Sos, type SosLine } from "@linli/api";
import CaseHistory from "@/cases/CaseHistory.vue";
import SosCard from "@/sos/SosCard.vue";
import { speak, t } from "@/use/language";
import { community } from "@/use/session";

vi.mock("vue-router", () => ({ useRoute: () => ({ params: {} }), RouterLink: { template: "<a><slot /></a>" } }));
const AT = "2026-06-01T04:00:00Z";
const line = (text: string) => ({ at: AT, what: "again", text: { zh: text, en: text }, by: null, whom: "", told: [], outcome: "", note: "" }) as SosLine;
const move = (note: string) => ({ at: AT, step: "note", step_name: { zh: "记", en: "note" }, before: "filed", after: "filed", by: null, by_name: "", note, reason: "", automatic: false, fact: "" }) as Move;
const call = (record: string[], record_next: number | null) =>
  ({ id: 7, place_name: { zh: "门", en: "gate" }, state: "ringing", started_at: AT, answered_by: null, record: record.map(line), record_next }) as unknown as Sos;
const item = (history: string[], history_next: number | null) => ({ id: 9, history: history.map(move), history_next }) as unknown as CaseDetail;
const asked = vi.spyOn(sos, "record");
const history = vi.spyOn(cases, "history");

const lines = (page: VueWrapper) => page.findAll("ol li").map((one) => one.text().match(/n\d/)?.[0]);
const button = (page: VueWrapper) => page.findAll("button").find((one) => one.text() === t("do.earlier"));
async function press(page: VueWrapper): Promise<void> {
  await button(page)!.trigger("click");
  await flushPromises();
}
const drawn = (one: Sos) => mount(SosCard, { props: { call: one, open: true }, global: { stubs: { AskDialog: true, TimeAgo: true } } });

beforeEach(() => {
  vi.resetAllMocks();
  speak("zh");
  community.value = "hml";
});

it("has no way back where there is nothing before", () => {
  expect(button(drawn(call(["n1"], null)))).toBeUndefined();
  expect(button(mount(CaseHistory, { props: { item: item(["n1"], null) }, global: { stubs: { RouterLink: true } } }))).toBeUndefined();
  expect(asked).not.toHaveBeenCalled();
});

it("puts earlier lines before the newest, in order, page after page to the first", async () => {
  asked.mockResolvedValueOnce({ items: [line("n4"), line("n3")], next: 3 }).mockResolvedValueOnce({ items: [line("n2"), line("n1")], next: null });
  const page = drawn(call(["n5", "n6"], 5));

  await press(page);
  expect(lines(page)).toEqual(["n3", "n4", "n5", "n6"]);
  await press(page);

  expect(lines(page)).toEqual(["n1", "n2", "n3", "n4", "n5", "n6"]);
  expect(button(page)).toBeUndefined();
  expect(asked.mock.calls).toEqual([
    ["hml", 7, 5],
    ["hml", 7, 3],
  ]);
});

it("lets them go where the newest move on, and leaves no gap", async () => {
  asked.mockResolvedValue({ items: [line("n4")], next: null });
  const page = drawn(call(["n5", "n6"], 5));
  await press(page);

  await page.setProps({ call: call(["n6", "n7"], 6) });

  expect(lines(page)).toEqual(["n6", "n7"]);
  asked.mockResolvedValue({ items: [line("n5"), line("n4")], next: null });
  await press(page);
  expect(lines(page)).toEqual(["n4", "n5", "n6", "n7"]);
  expect(asked).toHaveBeenLastCalledWith("hml", 7, 6);
});

it("keeps them where the same call is read again", async () => {
  asked.mockResolvedValue({ items: [line("n4")], next: null });
  const page = drawn(call(["n5", "n6"], 5));
  await press(page);

  await page.setProps({ call: call(["n5", "n6"], 5) });

  expect(lines(page)).toEqual(["n4", "n5", "n6"]);
});

it("says what failed, and asks for the same again", async () => {
  history.mockRejectedValueOnce(new Error("away")).mockResolvedValueOnce({ items: [move("n2"), move("n1")], next: null });
  const page = mount(CaseHistory, { props: { item: item(["n3"], 3) }, global: { stubs: { RouterLink: true } } });

  await press(page);
  expect(lines(page)).toEqual(["n3"]);
  await page.findAll("button").find((one) => one.text() === t("do.retry"))!.trigger("click");
  await flushPromises();

  expect(lines(page)).toEqual(["n1", "n2", "n3"]);
  expect(history.mock.calls).toEqual([
    ["hml", 9, 3],
    ["hml", 9, 3],
  ]);
});
