import { mount } from "@vue/test-utils";
import { describe, expect, it } from "vitest";
import type { Consent } from "@linli/api";
import ConsentRow from "../src/privacy/ConsentRow.vue";
import { first } from "../src/shell/nav";
import { speak } from "../src/use/language";

const both = (zh: string) => ({ zh, en: zh });
const consent = (said: Partial<Consent>): Consent => ({
  purpose: { key: "service", name: both("上门服务") },
  basis: "contract",
  basis_name: both("物业服务约定"),
  sensitive: false,
  withdrawal: both("不再看到电话"),
  state: "assumed",
  at: null,
  how: null,
  sheet: "",
  said_on: null,
  recorded_by: "",
  ...said,
});

function shown(said: Partial<Consent>): { text: string; verbs: string[] } {
  speak("zh");
  const row = mount(ConsentRow, { props: { one: consent(said), subject: "person:1" }, global: { stubs: { AskDialog: true } } });
  return { text: row.text(), verbs: row.findAll("button").map((button) => button.text()) };
}

describe("first", () => {
  it("is the first place where there is something to see", () => {
    expect(first(["devices.read", "alarms.read"])).toBe("overview");
    expect(first(["cases.read", "register.read"])).toBe("cases");
    expect(first(["register.read", "money.read"])).toBe("finance");
  });

  it("is the page about oneself for who may see nothing else", () => {
    expect(first(["privacy.own", "cases.report"])).toBe("privacy");
    expect(first([])).toBe("privacy");
  });
});

describe("a consent", () => {
  it("is withdrawn by one verb, and says what ceases", () => {
    const { text, verbs } = shown({});
    expect(verbs).toEqual(["撤回同意"]);
    expect(text).toContain("登记时约定");
    expect(text).toContain("不再看到电话");
  });

  it("is given again as easily", () => {
    expect(shown({ state: "withdrawn" }).verbs).toEqual(["同意"]);
  });

  it("offers nothing where nothing can be withdrawn", () => {
    const { text, verbs } = shown({ withdrawal: null });
    expect(verbs).toEqual([]);
    expect(text).toContain("不能撤回");
  });
});
