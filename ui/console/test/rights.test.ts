import { flushPromises, mount } from "@vue/test-utils";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { Refused, rights } from "@linli/api";
import ResetDialog from "@/rights/ResetDialog.vue";
import { t } from "@/use/language";
import { community } from "@/use/session";

const MADE = { id: 7, username: "zhao", password: "once" };

function dialog() {
  const page = mount(ResetDialog, { props: { modelValue: true, name: "赵", username: "zhao" }, attachTo: document.body });
  const find = <E extends Element>(what: string) => document.querySelector<E>(what)!;
  const pick = async (how: string) => {
    const list = find<HTMLSelectElement>("select");
    list.value = how;
    list.dispatchEvent(new Event("change"));
    await flushPromises();
  };
  const write = async (words: string) => {
    const field = find<HTMLInputElement>(".field input");
    field.value = words;
    field.dispatchEvent(new Event("input"));
    await flushPromises();
  };
  const buttons = () => [...document.querySelectorAll<HTMLButtonElement>("footer button")];
  const go = () => buttons().find((one) => one.textContent?.includes(t("rights.reset")))!;
  return { page, pick, write, go };
}

describe("another password for somebody", () => {
  beforeEach(() => {
    vi.restoreAllMocks();
    document.body.innerHTML = "";
    community.value = "hml";
  });

  it("is not given before it is said how one made sure who he is", async () => {
    const sent = vi.spyOn(rights, "reset").mockResolvedValue(MADE);
    const { pick, write, go } = dialog();
    await flushPromises();

    expect(go().disabled).toBe(true);
    await pick("document");
    expect(go().disabled).toBe(true);
    await write("   看  ");
    expect(go().disabled).toBe(true);
    await pick("");
    await write("看了身份证");
    expect(go().disabled).toBe(true);
    expect(sent).not.toHaveBeenCalled();
  });

  it("goes with how, and is told once", async () => {
    const sent = vi.spyOn(rights, "reset").mockResolvedValue(MADE);
    const { page, pick, write, go } = dialog();
    await flushPromises();

    await pick("called");
    await write(" 回拨登记的电话 ");
    go().click();
    await flushPromises();

    expect(sent).toHaveBeenCalledWith("hml", { username: "zhao", sure: "called", words: "回拨登记的电话", lost: false });
    expect(page.emitted("opened")).toEqual([[MADE]]);
    expect(page.emitted("update:modelValue")).toEqual([[false]]);
  });

  it("leaves app and codes on paper alone unless they are said to be lost", async () => {
    const sent = vi.spyOn(rights, "reset").mockResolvedValue(MADE);
    const { pick, write, go } = dialog();
    await flushPromises();
    const box = document.querySelector<HTMLInputElement>("input[type=checkbox]")!;

    expect(box.checked).toBe(false);
    expect(document.body.textContent).toContain(t("reset.tell", { name: "赵" }));
    await pick("document");
    await write("看了身份证");
    box.click();
    await flushPromises();
    expect(document.body.textContent).toContain(t("reset.tellLost", { name: "赵" }));
    go().click();
    await flushPromises();

    expect(sent).toHaveBeenCalledWith("hml", { username: "zhao", sure: "document", words: "看了身份证", lost: true });
  });

  it("stays open where it is refused", async () => {
    vi.spyOn(rights, "reset").mockRejectedValue(new Refused("identity.number_told", "no number", 422));
    const { page, pick, write, go } = dialog();
    await flushPromises();

    await pick("document");
    await write("证件 330199198801");
    go().click();
    await flushPromises();

    expect(page.emitted("opened")).toBeUndefined();
    expect(page.emitted("update:modelValue")).toBeUndefined();
  });
});
