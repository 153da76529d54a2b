/** What is held on somebody: few records of a kind stand open, many are folded, and of more than are shown it is said so. */
import { mount } from "@vue/test-utils";
import { beforeEach, expect, it } from "vitest";
import type { HeldRecord } from "@linli/api";
import HeldRecords from "@/privacy/HeldRecords.vue";
import { speak } from "@/use/language";

const both = (zh: string, en = zh) => ({ zh, en });
const record = (kind: string, name: string, correctable = false): HeldRecord => ({
  kind: both(kind, `${kind} en`),
  record: both(name),
  kept: both("183 天后自动删除"),
  fields: [{ field: "phone", name: both("电话"), grade: "personal", grade_name: both("个人"), purposes: [], value: both(`值 ${name}`), correctable }],
});
const many = (kind: string, n: number) => Array.from({ length: n }, (_, index) => record(kind, `${kind}${index}`));
const shown = (held: HeldRecord[], newest = 100) => mount(HeldRecords, { props: { held, newest, subject: "person:1" }, global: { stubs: { AskDialog: { props: ["title", "modelValue"], template: "<p v-if='modelValue' data-ask>{{ title }}</p>" } } } });
const summaries = (held: HeldRecord[], newest?: number) => shown(held, newest).findAll("summary").map((one) => one.text());

beforeEach(() => speak("zh"));

it("folds many of a kind away and leaves few open", () => {
  const page = shown([...many("通行记录", 4), ...many("车辆", 3)]);

  expect(page.findAll("summary").map((one) => one.text())).toEqual(["通行记录（4 条）"]);
  expect(page.findAll("details article")).toHaveLength(4);
  expect(page.findAll("article")).toHaveLength(7);
});

it("brings records of one kind together, wherever they came", () => {
  expect(summaries([...many("通行记录", 2), ...many("车辆", 1), ...many("通行记录", 2)])).toEqual(["通行记录（4 条）"]);
});

it("says that there may be more than the newest that are shown", () => {
  expect(summaries(many("通行记录", 5), 5)).toEqual(["通行记录（最新 5 条，全部在下载的文件里）"]);
  speak("en");
  expect(summaries(many("通行记录", 5), 5)).toEqual(["通行记录 en (the newest 5; all are in the file)"]);
});

it("lets a field be corrected, wherever it stands", async () => {
  const page = shown([record("人员登记", "p1", true)]);

  await page.get("button").trigger("click");

  expect(page.get("[data-ask]").text()).toContain("电话");
});
