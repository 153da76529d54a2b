import { flushPromises, mount } from "@vue/test-utils";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { doorDesk, register, type DoorShown } from "@linli/api";
import HolderPick from "@/doors/HolderPick.vue";
import IssueDialog from "@/doors/IssueDialog.vue";
import { draftOf, filled, hoursOf, hoursSaid } from "@/doors/hours";
import { changeOf, keptOf, newLanding, wrongs } from "@/doors/kept";
import { WORDS } from "@/words";
import { speak } from "@/use/language";

beforeEach(() => {
  vi.restoreAllMocks();
  speak("zh");
});

describe("hours", () => {
  it.each([
    [{ days: "all", starts: "00:00:00", ends: "00:00:00" }, "每天全天"],
    [{ days: "working", starts: "08:00:00", ends: "18:30:00" }, "工作日 08:00–18:30"],
    [{ days: "135", starts: "08:00:00", ends: "00:00:00" }, "周一、周三、周五 08:00–24:00"],
    [{ days: "rest", starts: "22:00:00", ends: "06:00:00" }, "休息日 22:00–次日 06:00"],
    [{ days: "7", starts: "06:00:00", ends: "06:00:00" }, "周日 06:00 起 24 小时"],
    [{}, "每天全天"],
  ])("%o are said as %s, and come back as they were", (hours, words) => {
    const draft = draftOf(hours);

    expect(hoursSaid(hours)).toBe(words);
    expect(hoursSaid(hoursOf(draft))).toBe(words);
    expect(filled(draft)).toBe(true);
  });

  it("are not filled in without a time, or a day where days are chosen", () => {
    expect(filled({ days: "all", some: [], starts: "", ends: "06:00" })).toBe(false);
    expect(filled({ days: "some", some: [], starts: "05:00", ends: "06:00" })).toBe(false);
  });

  it("stand in the order of the week, however they were ticked", () => {
    expect(hoursOf({ days: "some", some: ["5", "1"], starts: "05:00", ends: "06:00" }).days).toBe("15");
  });
});

describe("how a door is kept", () => {
  it("begins well", () => expect(wrongs(keptOf())).toEqual({}));

  it.each([
    [{ release: "0" }, ["release"]],
    [{ release: "61" }, ["release"]],
    [{ release: "" }, ["release"]],
    [{ ways: [] }, ["ways"]],
    [{ ways: ["face", "staff"] }, ["face"]],
    [{ ways: ["face", "pin"] }, []],
    [{ readers: [] }, ["readers"]],
    [{ readers: [{ code: "a", direction: "in" as const }, { code: " a ", direction: "out" as const }] }, ["readers"]],
    [{ rule: "hard" as const, area: " " }, ["area"]],
    [{ hours: [{ days: "some" as const, some: [], starts: "05:00", ends: "06:00" }] }, ["hours"]],
    [{ kind: "lift" as const, landings: [newLanding("1", "a"), newLanding("1", "b")] }, ["landings"]],
    [{ kind: "door" as const, landings: [newLanding("", "")] }, []],
  ])("%o: wrong is %o", (over, keys) => {
    expect(Object.keys(wrongs({ ...keptOf(), ...over }))).toEqual(keys);
  });

  it("is told as it was read where nobody changed anything", () => {
    const kept = {
      kind: "lift", place: "hml/b1", camera: "cam", release_s: 9, ways: ["card"], readers: [{ code: "in", direction: "in" }], area: "a", back_rule: "soft",
      interlock: "x", escape: false, fails: "secure", link_down: "shut", free_hours: [{ days: "12", starts: "08:00", ends: "09:00" }], floors: { B1: "hml/b1/f1" },
    } as Partial<DoorShown>;

    expect(changeOf(keptOf(kept as DoorShown))).toEqual(kept);
  });

  it("of a way out opens without power, whatever stood there before", () => {
    expect(changeOf({ ...keptOf(), escape: true, fails: "secure" }).fails).toBe("safe");
  });
});

describe("who something is for", () => {
  const row = { id: 7, code: "p7", name: "王小和" };
  const pick = async () => {
    const page = mount(HolderPick, { props: { modelValue: null, kinds: ["person", "staff"], label: "谁", "onUpdate:modelValue": (one) => void page.setProps({ modelValue: one }) } });
    await page.find("input").setValue("王");
    await new Promise((done) => setTimeout(done, 250));
    await flushPromises();
    return page;
  };

  it("is chosen by name, and is nobody again when something else is typed", async () => {
    vi.spyOn(register, "list").mockResolvedValue({ items: [row], next: null } as never);
    const page = await pick();
    await page.find(".hits button").trigger("click");
    expect(page.props("modelValue")).toEqual({ kind: "person", id: 7, name: "王小和" });

    await page.find("input").setValue("王小");

    expect(page.props("modelValue")).toBeNull();
    expect((page.find("input").element as HTMLInputElement).value).toBe("王小");
  });

  it("is said not to have been found out where the server does not answer", async () => {
    vi.spyOn(register, "list").mockRejectedValue(new Error("away"));

    expect((await pick()).find("[role=alert]").exists()).toBe(true);
  });
});

describe("a PIN", () => {
  it("is made for a staff member without a number, and its digits stay until they were read", async () => {
    const issue = vi.spyOn(doorDesk, "issue").mockResolvedValue({ credential: {}, digits: "123456" } as never);
    const page = mount(IssueDialog, { props: { modelValue: false, holder: { kind: "staff", id: 3, name: "张" } }, attachTo: document.body });
    await page.setProps({ modelValue: true });
    await flushPromises();
    document.querySelector<HTMLInputElement>("input[type=radio][value=pin]")!.click();
    await flushPromises();
    [...document.querySelectorAll<HTMLButtonElement>("button")].find((one) => one.textContent?.trim() === "开新卡")!.click();
    await flushPromises();

    expect(issue.mock.calls[0]![1]).toMatchObject({ way: "pin", staff: 3, value: "", chip: "" });
    expect(document.body.textContent).toContain("123456");
    expect(page.emitted("update:modelValue")).toBeUndefined();
    page.unmount();
  });
});

it("no word of one part takes the place of another's", async () => {
  const parts = import.meta.glob<Record<string, object>>("../src/words/*.ts", { eager: true });
  const said = Object.values(parts).flatMap((part) => Object.values(part).flatMap((words) => Object.entries(words)));
  const otherwise = said.filter(([key, words]) => key in WORDS && String(words) !== String(WORDS[key as keyof typeof WORDS]));

  expect(said.length).toBeGreaterThan(Object.keys(WORDS).length);
  expect(otherwise).toEqual([]);
});
