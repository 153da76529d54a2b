/** What is picked by typing a part of its name: at once, not at all, and where the server does not answer. */
import { flushPromises, mount } from "@vue/test-utils";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { register, Unreachable } from "@linli/api";
import PlacePicker from "@/kit/PlacePicker.vue";
import { speak, t } from "@/use/language";

const said = (zh: string) => ({ zh, en: zh });
const gate = { kind: "place", id: 1, path: "hml/g1", title: said("东门"), subtitle: said("和睦里") };
const search = vi.spyOn(register, "search");
const bare = vi.spyOn(register, "bare");

const opened = (modelValue = "") => {
  const page = mount(PlacePicker, { props: { modelValue, label: "地点", "onUpdate:modelValue": (path: string) => void page.setProps({ modelValue: path }) } });
  return page;
};
type Page = ReturnType<typeof opened>;
const shown = (page: Page) => (page.get("input").element as HTMLInputElement).value;
const type = async (page: Page, text: string) => {
  await page.get("input").setValue(text);
  await vi.advanceTimersByTimeAsync(200);
  await flushPromises();
};
/** Whether Enter in the field goes on to the form around it. */
const sends = (page: Page) => page.get("input").element.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", cancelable: true }));

beforeEach(() => {
  vi.useFakeTimers();
  speak("zh");
  search.mockReset().mockResolvedValue({ items: [gate, { ...gate, kind: "person", path: null }] } as never);
  bare.mockReset().mockResolvedValue({ name: said("东门") } as never);
});
afterEach(() => void vi.useRealTimers());

describe("a place", () => {
  it("is picked from what was found, by its whole name, and is none again when something else is typed", async () => {
    const page = opened();
    await type(page, "东");
    expect([page.findAll("li").length, sends(page)]).toEqual([1, false]);

    await page.get("li button").trigger("click");
    expect([page.props("modelValue"), shown(page), page.find("li").exists(), sends(page)]).toEqual(["hml/g1", "和睦里 东门", false, true]);

    await type(page, "和睦");
    expect([page.props("modelValue"), shown(page)]).toEqual(["", "和睦"]);
    expect(bare).not.toHaveBeenCalled();
  });

  it("is looked for once, with the last letter", async () => {
    const page = opened();
    await page.get("input").setValue("东");
    await page.get("input").setValue("东门");
    await vi.advanceTimersByTimeAsync(200);

    expect(search.mock.calls.map(([, text]) => text)).toEqual(["东门"]);
  });

  it("that was picked before is shown by its name, by its path where that cannot be learned, and by nothing when taken away", async () => {
    const page = opened("hml/g1");
    await flushPromises();
    expect(shown(page)).toBe("东门");

    await page.setProps({ modelValue: "" });
    expect(shown(page)).toBe("");

    bare.mockRejectedValue(new Unreachable());
    await page.setProps({ modelValue: "hml/g2" });
    await flushPromises();
    expect(shown(page)).toBe("hml/g2");
  });

  it("is sought again when its name is typed back, and picked again from what is found", async () => {
    const page = opened("hml/g1");
    await flushPromises();
    await type(page, "东门a");
    await type(page, "东门");
    expect([page.props("modelValue"), page.findAll("li").length, sends(page)]).toEqual(["", 1, false]);

    await page.get("li button").trigger("click");
    expect([page.props("modelValue"), shown(page), sends(page)]).toEqual(["hml/g1", "和睦里 东门", true]);
  });

  it("that is another one from outside is shown by the other's name, whether picked here or being typed", async () => {
    const page = opened();
    await type(page, "东");
    await page.get("li button").trigger("click");
    bare.mockResolvedValue({ name: said("西门") } as never);
    await page.setProps({ modelValue: "hml/g2" });
    await flushPromises();
    expect([page.props("modelValue"), shown(page)]).toEqual(["hml/g2", "西门"]);

    await type(page, "北");
    bare.mockResolvedValue({ name: said("南门") } as never);
    await page.setProps({ modelValue: "hml/g3" });
    await flushPromises();
    expect([page.props("modelValue"), shown(page), page.find("li").exists()]).toEqual(["hml/g3", "南门", false]);
  });

  it("does not write its name over what is typed meanwhile", async () => {
    let answer = (_: unknown): void => undefined;
    bare.mockReturnValue(new Promise((done) => (answer = done)) as never);
    const page = opened("hml/g1");
    await page.get("input").setValue("西");
    answer({ name: said("东门") });
    await flushPromises();

    expect([page.props("modelValue"), shown(page)]).toEqual(["", "西"]);
  });

  it("is said not to have been found, or not to have been found out", async () => {
    search.mockResolvedValue({ items: [] } as never);
    const page = opened();
    await type(page, "北");
    expect(page.text()).toContain(t("search.none", { q: "北" }));

    search.mockRejectedValue(new Unreachable());
    await type(page, "北门");
    expect(page.get("[role=alert]").text()).toContain(t("state.unreachable"));
    search.mockResolvedValue({ items: [gate] } as never);
    await page.get("[role=alert] button").trigger("click");
    await flushPromises();
    expect([page.find("[role=alert]").exists(), page.findAll("li").length]).toEqual([false, 1]);
  });
});
