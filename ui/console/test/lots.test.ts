import { flushPromises, mount } from "@vue/test-utils";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { coupons, parkingSetup, parkingTariffs, Refused, type OwnCoupons } from "@linli/api";
import CouponGive from "@/parking/CouponGive.vue";
import CouponList from "@/parking/CouponList.vue";
import LotDialog from "@/parking/LotDialog.vue";
import NameFields from "@/parking/NameFields.vue";
import TryBox from "@/parking/TryBox.vue";
import VersionPanel from "@/tariffs/VersionPanel.vue";
import { speak } from "@/use/language";

const said = (zh: string) => ({ zh, en: zh });
const OWN: OwnCoupons = {
  items: [],
  next: null,
  lots: [{ code: "g1", name: said("车库") }],
  lots_more: false,
  shops: [{ id: 7, name: "小卖部" }],
  any_shop: false,
  a_day: 200,
  left: 199,
};

beforeEach(() => {
  vi.restoreAllMocks();
  speak("zh");
});

describe("the code of something new", () => {
  const wrong = (code: string) =>
    mount(NameFields, { props: { code, zh: "", en: "", made: false, taken: ["g1"] } }).find("[role=alert]").exists();

  it.each([
    ["G1", true],
    ["g1", true],
    ["-g", true],
    ["g2", false],
    ["", false],
  ])("%s: refused is %s", (code, expected) => {
    expect(wrong(code)).toBe(expected);
  });

  it("is not asked for again", () => {
    const page = mount(NameFields, { props: { code: "g1", zh: "车库", en: "", made: true, taken: ["g1"] } });

    expect(page.findAll("input")).toHaveLength(2);
  });
});

describe("a lot", () => {
  it("is made with the numbers that were typed", async () => {
    const set = vi.spyOn(parkingSetup, "setLot").mockResolvedValue({ code: "east", approval: null });
    const page = mount(LotDialog, { props: { lot: null, taken: ["g1"] }, attachTo: document.body });
    await flushPromises();
    const fields = [...document.querySelectorAll<HTMLInputElement>(".el-dialog input.input")];
    const type = (at: number, text: string) => {
      fields[at]!.value = text;
      fields[at]!.dispatchEvent(new Event("input"));
    };

    type(0, "east");
    type(1, "东区");
    fields.filter(({ type: kind }) => kind === "number").forEach((field, n) => {
      field.value = ["40", "20", "3"][n]!;
      field.dispatchEvent(new Event("input"));
    });
    await flushPromises();
    document.querySelector(".el-dialog form")!.dispatchEvent(new Event("submit"));
    await flushPromises();

    expect(set.mock.calls[0]!.slice(1)).toMatchObject(["east", { name: { zh: "东区", en: "" }, capacity: 40, leave_minutes: 20, cars_a_place: 3, open: true, offered_to: [] }]);
    page.unmount();
  });
});

describe("whom a lot is offered to", () => {
  it("is refused at its field where there is no such community", async () => {
    vi.spyOn(parkingSetup, "setLot").mockRejectedValue(new Refused("parking.no_such_community", "没有编号为 qhx 的社区", 422, { named: "qhx" }));
    const lot = { code: "g1", name: said("车库"), place: "", capacity: 9, leave_minutes: 15, open: true, hourly: true, residents_free: false, cars_a_place: 2, offered_to: ["qhx"] };
    const page = mount(LotDialog, { props: { lot: lot as never, taken: [] }, attachTo: document.body });
    await flushPromises();

    document.querySelector(".el-dialog form")!.dispatchEvent(new Event("submit"));
    await flushPromises();

    const wrong = [...document.querySelectorAll<HTMLInputElement>(".el-dialog input[aria-invalid=true]")];
    expect(wrong.map(({ value }) => value)).toEqual(["qhx"]);
    expect(document.querySelector(".el-dialog")!.textContent).toContain("没有编号为 qhx 的社区");
    page.unmount();
  });
});

describe("a stay that is tried", () => {
  const FEE = { fen: 800, paid_fen: 0, due_fen: 0, in_time: false, lines: [{ words: said("白天"), fen: 800 }] };

  it("is reckoned by the text that is proposed, with its proof", async () => {
    const tried = vi.spyOn(parkingTariffs, "try").mockResolvedValue(FEE);
    const page = mount(TryBox, { props: { lot: "g1", text: "id = 1" } });

    await page.find("form").trigger("submit");
    await flushPromises();

    expect(tried.mock.calls[0]![1]).toBe("g1");
    expect(tried.mock.calls[0]![2]).toMatchObject({ text: "id = 1", colour: "blue", marks: [] });
    expect(page.find(".proof .sum").text()).toContain("8.00");
  });

  it("shows no old fee beside a new question, and says why it was refused", async () => {
    vi.spyOn(parkingTariffs, "try").mockResolvedValueOnce(FEE).mockRejectedValueOnce(new Error("away"));
    const page = mount(TryBox, { props: { lot: "g1" } });
    await page.find("form").trigger("submit");
    await flushPromises();

    await page.findAll("select")[0]!.setValue("green");
    expect(page.find("table").exists()).toBe(false);
    await page.find("form").trigger("submit");
    await flushPromises();

    expect(page.find("table").exists()).toBe(false);
    expect(page.find("[role=alert]").text()).not.toBe("");
  });
});

describe("a version of a tariff", () => {
  it("says whether it is in force, who wrote it and who agreed", () => {
    const page = mount(VersionPanel, {
      props: { title: "车库", standing: "now", since: "2026-06-01T00:00:00Z", by: "王", approved: "李", text: "fee_fen = 500" },
      slots: { default: "每小时 5 元" },
    });

    expect(page.text()).toContain("现行");
    expect(page.text()).toContain("王 提出，李 同意");
    expect(page.text()).toContain("每小时 5 元");
    expect(page.find("details pre").text()).toBe("fee_fen = 500");
  });
});

describe("a coupon", () => {
  it("is given for one's own shop, in fen where it is money", async () => {
    const gave = vi.spyOn(coupons, "give").mockResolvedValue({} as never);
    const page = mount(CouponGive, { props: { own: OWN } });
    await page.find("input[value=fen]").setValue();
    const [plate, amount] = page.findAll("input.input");

    await plate!.setValue("浙a12b45");
    await amount!.setValue("2.5");
    await page.find("form").trigger("submit");
    await flushPromises();

    expect(gave.mock.calls[0]![1]).toEqual({ lot: "g1", plate: "浙A12B45", kind: "fen", amount: 250, merchant: 7 });
    expect(page.emitted("given")).toHaveLength(1);
  });

  it("of very many lots is given in one that is found by what is typed", async () => {
    vi.useFakeTimers();
    const found = vi.spyOn(coupons, "own").mockResolvedValue({ ...OWN, lots: [{ code: "z9", name: said("北区地库") }] });
    const gave = vi.spyOn(coupons, "give").mockReset().mockResolvedValue({} as never);
    const page = mount(CouponGive, { props: { own: { ...OWN, lots_more: true } } });
    const [plate, amount] = page.findAll("input.input");
    await plate!.setValue("浙a12b45");
    await amount!.setValue("30");

    for (const text of ["北", "北区"]) await page.find("input[type=search]").setValue(text);
    await vi.advanceTimersByTimeAsync(200);
    await flushPromises();
    await page.find("form").trigger("submit");
    expect(gave).not.toHaveBeenCalled();
    await page.find("select").setValue("z9");
    await page.find("form").trigger("submit");
    await flushPromises();
    vi.useRealTimers();

    expect(found.mock.calls.map(([, , text]) => text)).toEqual(["北区"]);
    expect(page.findAll("option").map((one) => one.text())).toContain("北区地库");
    expect(gave.mock.calls[0]![1]).toMatchObject({ lot: "z9", plate: "浙A12B45" });
  });

  it("of very many lots says that none is found of what was sought, and why none could be", async () => {
    vi.useFakeTimers();
    const found = vi.spyOn(coupons, "own").mockResolvedValue({ ...OWN, lots: [] });
    const page = mount(CouponGive, { props: { own: { ...OWN, lots_more: true } } });
    const type = async (text: string) => {
      await page.find("input[type=search]").setValue(text);
      await vi.advanceTimersByTimeAsync(200);
      await flushPromises();
    };
    await type("南");
    await page.find("input[type=search]").setValue("南区");
    expect(page.text()).toContain("「南」");
    found.mockRejectedValueOnce(new Refused("x", "没有权限", 403));
    await type("北");
    vi.useRealTimers();

    expect(page.find("[role=alert]").text()).toBe("没有权限");
    expect(page.text()).not.toContain("「北」");
  });

  it("never goes to a lot that nobody picked, whatever is found by what is typed", async () => {
    vi.useFakeTimers();
    const [near, far] = [{ code: "g1", name: said("车库") }, { code: "z9", name: said("北区地库") }];
    const found = vi.spyOn(coupons, "own");
    const gave = vi.spyOn(coupons, "give").mockReset().mockResolvedValue({} as never);
    const own = { ...OWN, lots: [near], lots_more: true };
    const page = mount(CouponGive, { props: { own } });
    const barred = () => page.find("button[type=submit]").attributes("disabled") !== undefined;
    const type = async (text: string, lots: OwnCoupons["lots"]) => {
      found.mockResolvedValue({ ...OWN, lots });
      await page.find("input[type=search]").setValue(text);
      await vi.advanceTimersByTimeAsync(200);
      await flushPromises();
    };
    const [plate, amount] = page.findAll("input.input");
    await plate!.setValue("浙a12b45");
    await amount!.setValue("30");
    expect(barred()).toBe(true);

    await page.find("select").setValue("g1");
    await type("库", [far, near]);
    expect([page.find("select").element.value, barred()]).toEqual(["g1", false]);
    await type("北区", [far]);
    expect([page.find("select").element.value, barred()]).toEqual(["", true]);
    expect(page.find("option").text()).toBe("请选择停车场");
    await page.setProps({ own: { ...own } });
    await page.find("form").trigger("submit");
    expect([barred(), gave.mock.calls.length]).toEqual([true, 0]);

    await page.find("select").setValue("z9");
    await page.find("form").trigger("submit");
    await flushPromises();
    vi.useRealTimers();
    expect(gave.mock.calls[0]![1]).toMatchObject({ lot: "z9" });
  });

  it("is given nowhere where no lot is found", async () => {
    vi.useFakeTimers();
    vi.spyOn(coupons, "own").mockResolvedValue({ ...OWN, lots: [] });
    const page = mount(CouponGive, { props: { own: { ...OWN, lots_more: true } } });
    for (const field of page.findAll("input.input").slice(0, 2)) await field.setValue("30");
    await page.find("input[type=search]").setValue("xyz");
    await vi.advanceTimersByTimeAsync(200);
    await flushPromises();
    vi.useRealTimers();

    expect(page.text()).toContain("没有名称或编号里有「xyz」的停车场");
    expect(page.find("button[type=submit]").attributes("disabled")).toBeDefined();
  });

  it.each([
    [{ lots: [] }, "还没有停车场"],
    [{ shops: [] }, "不是哪家商户的人"],
    [{ left: 0 }, "发完了"],
  ])("is not asked for where none can be given", (more, why) => {
    const page = mount(CouponGive, { props: { own: { ...OWN, ...more } } });

    expect(page.text()).toContain(why);
    expect(page.find("input").exists()).toBe(false);
  });

  it("says what became of it", () => {
    const one = { id: 1, lot: "g1", plate: "浙A·1***5", kind: "percent", amount: 50, at: "2026-06-01T00:00:00Z", until: "2026-06-02T00:00:00Z", used: false, used_at: null, merchant: "" };
    const page = mount(CouponList, { props: { items: [one, { ...one, id: 2, used: true, used_at: "2026-06-01T03:00:00Z" }, { ...one, id: 3, until: "2999-01-01T00:00:00Z" }] } });

    expect(page.findAll("li").map((row) => row.element.lastElementChild!.className)).toEqual(["over", "used", "waiting"]);
    expect(page.text()).toContain("减 50%");
  });
});
