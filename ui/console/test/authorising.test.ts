import { flushPromises, mount } from "@vue/test-utils";
import { beforeEach, describe, expect, it, vi } from "vitest";
import DepartmentPick, { type Option } from "@/privacy/DepartmentPick.vue";
import { speak } from "@/use/language";

const CIVIL = { value: "1", text: "民政" };
const HEALTH = { value: "2", text: "卫健" };
const SEA = { value: "9", text: "海事" };

beforeEach(() => {
  vi.useFakeTimers();
  speak("zh");
});

function show(more: boolean, find = vi.fn<(text: string) => Promise<Option[]>>()) {
  const page = mount(DepartmentPick, {
    props: { modelValue: [], options: [CIVIL, HEALTH], more, find, "onUpdate:modelValue": (some: Option[]) => page.setProps({ modelValue: some }) },
  });
  const boxes = () => page.findAll("fieldset label").map((one) => [one.text(), one.find("input").element.checked]);
  const seek = async (text: string) => {
    await page.find("input[type=search]").setValue(text);
    await vi.advanceTimersByTimeAsync(200);
    await flushPromises();
  };
  return { page, boxes, seek, find };
}

describe("the departments that one authorises", () => {
  it("are all ticked from one list, where there are few", async () => {
    const { page, boxes } = show(false);

    await page.findAll("fieldset input")[1]!.setValue(true);

    expect(page.find("input[type=search]").exists()).toBe(false);
    expect(page.props("modelValue")).toEqual([HEALTH]);
    expect(boxes()).toEqual([["民政", false], ["卫健", true]]);
  });

  it("are sought where there are many, and what was ticked before stays", async () => {
    const { page, boxes, seek, find } = show(true, vi.fn().mockResolvedValue([SEA]));
    await page.findAll("fieldset input")[0]!.setValue(true);

    await seek(" 海 ");
    const found = boxes();
    await page.findAll("fieldset input")[1]!.setValue(true);
    await page.findAll("fieldset input")[0]!.setValue(false);

    expect(find).toHaveBeenCalledExactlyOnceWith("海");
    expect(found).toEqual([["民政", true], ["海事", false]]);
    expect(page.props("modelValue")).toEqual([SEA]);
  });

  it("says that none is called so, and why one could not be sought", async () => {
    const find = vi.fn().mockResolvedValueOnce([]).mockRejectedValueOnce(new Error("gone"));
    const { page, seek } = show(true, find);

    await seek("火星");
    const none = page.find("[role=status]").text();
    await seek("水");

    expect(none).toContain("火星");
    expect(page.find("[role=alert]").exists()).toBe(true);
  });
});
