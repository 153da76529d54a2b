import { flushPromises, mount } from "@vue/test-utils";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { identity, Refused } from "@linli/api";
import CodeForm from "@/account/CodeForm.vue";
import { t } from "@/use/language";

function form(use: "sign_in" | "reset", shown = false) {
  const enter = vi.fn(async (act: () => Promise<unknown>) => void (await act()));
  return { enter, page: mount(CodeForm, { props: { use, shown, ready: Promise.resolve(), enter } }) };
}

async function asked(page: ReturnType<typeof form>["page"]) {
  await page.find("input").setValue("13800138000");
  await page.find("form").trigger("submit");
  await flushPromises();
}

describe("a code on the telephone", () => {
  beforeEach(() => {
    vi.restoreAllMocks();
    vi.spyOn(identity, "sendCode").mockResolvedValue({ asked: "x1", lasts_s: 300 });
  });

  it("is asked for by number or name, and says the same whoever it is", async () => {
    const { page } = form("sign_in");

    await asked(page);

    expect(identity.sendCode).toHaveBeenCalledWith("13800138000", "sign_in");
    expect(page.text()).toContain(t("code.sent"));
  });

  it("signs in with what was asked", async () => {
    const read = vi.spyOn(identity, "signInByCode").mockResolvedValue({ user: {} as never });
    const { page, enter } = form("sign_in");
    await asked(page);

    await page.findAll("input")[1]!.setValue("123456");
    await page.find("form").trigger("submit");
    await flushPromises();

    expect(enter).toHaveBeenCalledOnce();
    expect(read).toHaveBeenCalledWith("x1", "123456");
  });

  it("chooses another password by it", async () => {
    const reset = vi.spyOn(identity, "resetPassword").mockResolvedValue(undefined);
    const { page } = form("reset");
    await asked(page);

    await page.findAll("input")[1]!.setValue("123456");
    await page.findAll("input")[2]!.setValue("another long one 8");
    await page.find("form").trigger("submit");
    await flushPromises();

    expect(reset).toHaveBeenCalledWith("x1", "123456", "another long one 8");
    expect(page.emitted("done")).toHaveLength(1);
  });

  it("shows the codes of the demo, and asks for none elsewhere", async () => {
    const one = { at: "2026-06-01T00:00:00Z", phone: "****8000", code: "123456", use: "sign_in" };
    const read = vi.spyOn(identity, "shownCodes").mockResolvedValue({ items: [one] });
    const demo = form("sign_in", true).page;
    await asked(demo);
    const earnest = form("sign_in").page;
    await asked(earnest);

    expect(demo.text()).toContain("123456");
    expect(earnest.text()).not.toContain("123456");
    expect(read).toHaveBeenCalledOnce();
  });

  it("says why none was sent", async () => {
    vi.mocked(identity.sendCode).mockRejectedValue(new Refused("identity.too_many_codes", "later", 429));
    const { page } = form("sign_in");

    await asked(page);

    expect(page.find("[role=alert]").text()).toBe("later");
  });
});
