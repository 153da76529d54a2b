import { flushPromises, mount } from "@vue/test-utils";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { cashDesk, finance, myMoney, openOrder, Refused, session, takers, type OpenOrder, type WalletFound } from "@linli/api";
import DayList from "@/finance/DayList.vue";
import PayInDialog from "@/finance/PayInDialog.vue";
import PayOutDialog from "@/finance/PayOutDialog.vue";
import ProviderDialog from "@/finance/ProviderDialog.vue";
import { permilleOf } from "@/finance/share";
import PayOrderPage from "@/pages/PayOrderPage.vue";
import { payPath, stands } from "@/pay/stands";
import { speak, t } from "@/use/language";
import { permissions, user } from "@/use/session";

const route = { params: { community: "hml", number: "n1" }, query: {} as Record<string, string> };
vi.mock("vue-router", () => ({ useRoute: () => route }));

const both = (zh: string) => ({ zh, en: zh });
const NOW = Date.parse("2026-06-01T12:00:00Z");
const ORDER: OpenOrder = {
  estate: both("和睦里"),
  title: both("停车费 2 小时"),
  fen: 1050,
  refunded_fen: 0,
  state: "open",
  expires_at: "2099-01-01T00:00:00Z",
  paid_at: null,
  providers: [{ code: "cashier", name: both("收银台") }],
};
const WALLET: WalletFound = { subject: "person:1", account: "wallet:person:1", name: "李晓和", about: both("1号楼"), fen: 10_000, held_fen: 0 };
/** A box that asks, without the layers of the real one. */
const AskDialog = { props: ["modelValue", "verb", "ready", "busy"], emits: ["go"], template: '<form><slot /><button class="go" :disabled="!ready || busy" @click.prevent="$emit(\'go\')">{{ verb }}</button></form>' };
const RouterLink = { props: ["to"], template: "<a><slot /></a>" };
const global = { stubs: { AskDialog, RouterLink } };

beforeEach(() => {
  speak("zh");
  vi.restoreAllMocks();
  user.value = null;
  route.query = {};
});
afterEach(() => vi.useRealTimers());

describe("how an order stands", () => {
  it.each([
    ["open", 60_000, false, "open"],
    ["open", 0, false, "lapsed"],
    ["open", 60_000, true, "waits"],
    ["open", -60_000, true, "waits"],
    ["lapsed", 60_000, false, "lapsed"],
    ["lapsed", -60_000, true, "waits"],
    ["paid", -60_000, true, "paid"],
    ["void", 60_000, true, "void"],
  ])("%s with %i ms left, back from paying %s: %s", (state, left, waits, said) => {
    expect(stands({ state, expires_at: new Date(NOW + left).toISOString() }, NOW, waits)).toBe(said);
  });

  it("has an address of its own", () => expect(payPath("hml", "a b")).toBe("/pay/hml/order/a%20b"));
});

describe("the page of an order", () => {
  async function page(order: Partial<OpenOrder> = {}) {
    vi.spyOn(openOrder, "show").mockResolvedValue({ ...ORDER, ...order });
    vi.spyOn(session, "who").mockRejectedValue(new Refused("identity.not_signed_in", "", 401));
    const shown = mount(PayOrderPage, { global });
    await flushPromises();
    return shown;
  }
  const verbs = (shown: Awaited<ReturnType<typeof page>>) => shown.findAll("button").map((one) => one.text());

  it("says what for, how much, to whom, and each way to pay", async () => {
    const shown = await page();

    expect(shown.text()).toContain("和睦里");
    expect(shown.text()).toContain("停车费 2 小时");
    expect(shown.text()).toContain("10.50");
    expect(verbs(shown)).toContain("用收银台付 10.50 元");
    expect(shown.text()).toContain(t("payOrder.signIn"));
  });

  it.each(["paid", "void", "lapsed"] as const)("that is %s offers no way to pay", async (state) => {
    const shown = await page({ state, paid_at: state === "paid" ? "2026-06-01T12:00:00Z" : null });

    expect(shown.text()).toContain(t(`payOrder.state.${state}`));
    expect(verbs(shown).join()).not.toContain("付");
  });

  it("to which one comes back asks nobody to pay twice", async () => {
    route.query = { back: "1" };
    const shown = await page();

    expect(shown.text()).toContain(t("payOrder.waitsTell"));
    expect(verbs(shown).join()).not.toContain("用收银台付");
  });

  it("offers the wallet to whom it is his to pay, and to nobody else", async () => {
    vi.spyOn(myMoney, "wallet").mockResolvedValue({ fen: 5000 } as never);
    const read = vi.spyOn(myMoney, "order").mockResolvedValue({} as never);
    user.value = { permissions: { hml: ["money.own"] } } as never;
    const his = await page();
    read.mockRejectedValue(new Refused("money.order_not_found", "", 404));
    const another = await page();

    expect(verbs(his)).toContain("用钱包付 10.50 元");
    expect(verbs(another)).not.toContain("用钱包付 10.50 元");
    expect(verbs(another)).toContain("用收银台付 10.50 元");
  });
});

describe("cash", () => {
  const button = (box: ReturnType<typeof mount>) => box.find("button.go");

  it("is taken in under one key, however often it is pressed", async () => {
    const sent = vi.spyOn(cashDesk, "payIn").mockRejectedValueOnce(new Refused("x", "later", 500)).mockResolvedValue({} as never);
    const box = mount(PayInDialog, { props: { modelValue: true, wallet: WALLET }, global });
    await box.find("input.input").setValue("30");
    for (const _ of [1, 2]) {
      await button(box).trigger("click");
      await flushPromises();
    }

    const [first, second] = sent.mock.calls;
    expect(first!.slice(0, 3)).toEqual(["", "person:1", 3000]);
    expect(second![3]).toBe(first![3]);
    expect(box.emitted("done")).toEqual([["已收 30.00 元，存入 李晓和 的钱包"]]);
  });

  it.each(["0.99", "5000.01", "three", "-1"])("of %s yuan is not taken", async (text) => {
    const box = mount(PayInDialog, { props: { modelValue: true, wallet: WALLET }, global });

    await box.find("input.input").setValue(text);

    expect(button(box).attributes("disabled")).toBeDefined();
    expect(box.find("[role=alert]").text()).toBe("一次 1.00 到 5,000.00 元。");
  });

  async function payOut(answer: unknown, amount = "100") {
    vi.spyOn(cashDesk, "payOut").mockResolvedValue(answer as never);
    const box = mount(PayOutDialog, { props: { modelValue: true, account: WALLET.account, name: "李晓和", left: 10_000 }, global });
    const [sum, why] = box.findAll("input.input");
    await sum!.setValue(amount);
    await why!.setValue("退户");
    await button(box).trigger("click");
    await flushPromises();
    return box;
  }

  it("is paid out with a receipt", async () => {
    const box = await payOut({ receipt: { number: 41 }, approval: null });

    expect(box.emitted("done")).toEqual([["已付给 李晓和 100.00 元，凭证号 41", false]]);
  });

  it("beyond the limit is not said to be paid", async () => {
    const box = await payOut({ receipt: null, approval: 7 });

    const [[text, approval]] = box.emitted("done") as [[string, boolean]];
    expect([text.includes("批准前不要付钱"), approval]).toEqual([true, true]);
  });

  it("is never more than there is", async () => {
    const box = await payOut({ receipt: null, approval: null }, "100.01");

    expect(cashDesk.payOut).not.toHaveBeenCalled();
    expect(box.find("[role=alert]").text()).toBe("最多 100.00 元。");
  });
});

describe("a key of a provider", () => {
  async function added(key: string, answer: string) {
    vi.spyOn(takers, "addProvider").mockResolvedValue({ key: answer } as never);
    const box = mount(ProviderDialog, { props: { modelValue: true, "onUpdate:modelValue": (on: boolean) => box.setProps({ modelValue: on }) }, global });
    const fields = box.findAll("input");
    for (const [at, text] of ["bank", "银行", "", "https://pay.example", "a1", key].entries()) await fields[at]!.setValue(text);
    await box.find("button.go").trigger("click");
    await flushPromises();
    return box;
  }

  it("that is typed is hidden, and gone once it is saved", async () => {
    const key = "ab".repeat(32);
    const box = await added(key, "");

    expect(box.findAll("input").at(-1)!.attributes("type")).toBe("password");
    expect(box.html()).not.toContain(key);
    expect(box.findAll("input").map(({ element }) => element.value)).toEqual(["", "", "", "", "", ""]);
    expect(takers.addProvider).toHaveBeenCalledWith("", expect.objectContaining({ key, name: both("银行") }));
  });

  it("that was made is shown once", async () => {
    const box = await added("", "cd".repeat(32));
    expect(box.text()).toContain("cd".repeat(32));

    await box.setProps({ modelValue: false });

    expect(box.html()).not.toContain("cd".repeat(32));
  });
});

describe("a merchant's part", () => {
  it.each([
    ["95", 950],
    ["92.5", 925],
    ["0", 0],
    ["100", 1000],
    ["100.1", null],
    ["92.55", null],
    ["", null],
    ["-5", null],
  ])("%s per cent are %s thousandths", (text, permille) => expect(permilleOf(text)).toBe(permille));
});

describe("days of providers", () => {
  const day = (id: number, over: object) => ({ id, provider: "cashier", day: `2026-05-0${id}`, done: false, given_up: false, why: "", at: null, ours_fen: 0, theirs_fen: 0, differences: 0, ...over });

  it("only one that was given up is asked for again", async () => {
    vi.spyOn(finance, "days").mockResolvedValue({ items: [day(1, { done: true }), day(2, {}), day(3, { given_up: true, why: "HTTP 500" })], next: null } as never);
    vi.spyOn(finance, "differences").mockResolvedValue({ items: [], next: null } as never);
    const again = vi.spyOn(finance, "dayAgain").mockResolvedValue({} as never);
    user.value = { permissions: { "": ["money.write"] } } as never;
    expect(permissions.value.has("money.write")).toBe(true);
    const list = mount(DayList, { global });
    await flushPromises();

    await list.find("li button").trigger("click");

    expect(list.findAll("li button")).toHaveLength(1);
    expect(again).toHaveBeenCalledWith("", 3);
  });
});
