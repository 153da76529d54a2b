import { flushPromises, mount } from "@vue/test-utils";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Refused, session } from "@linli/api";
import PasswordForm from "@/account/PasswordForm.vue";
import { t } from "@/use/language";
import { user } from "@/use/session";
import { setTextSize } from "@/use/textSize";

async function filled(old: string, wanted: string, again: string) {
  const form = mount(PasswordForm);
  const [first, second, third] = form.findAll(".field input");
  await first!.setValue(old);
  await second!.setValue(wanted);
  await third!.setValue(again);
  await form.find("form").trigger("submit");
  await flushPromises();
  return form;
}

describe("changing the password", () => {
  beforeEach(() => vi.restoreAllMocks());
  afterEach(() => (user.value = null));

  it("sends nothing while the two new ones differ", async () => {
    const sent = vi.spyOn(session, "changePassword").mockResolvedValue(undefined);

    const form = await filled("old-one-here", "new-one-here", "new-one-hear");

    expect(sent).not.toHaveBeenCalled();
    expect(form.text()).toContain(t("password.differ"));
  });

  it.each([
    ["identity.wrong_password", 0],
    ["identity.weak_password", 1],
  ])("says %s under its own field", async (key, field) => {
    vi.spyOn(session, "changePassword").mockRejectedValue(new Refused(key, "not so", 422));

    const form = await filled("old-one-here", "new-one-here", "new-one-here");

    const told = form.findAll(".field").map((one) => one.find("[role=alert]").exists());
    expect(told).toEqual([0, 1, 2].map((index) => index === field));
    expect(form.emitted("done")).toBeUndefined();
  });

  it("asks anew who one is, and goes on", async () => {
    vi.spyOn(session, "changePassword").mockResolvedValue(undefined);
    const asked = vi.spyOn(session, "who").mockResolvedValue({ user: { must_change_password: false, communities: [], permissions: {} } as never });

    const form = await filled("old-one-here", "new-one-here", "new-one-here");

    expect(asked).toHaveBeenCalledOnce();
    expect(form.emitted("done")).toHaveLength(1);
  });
});

describe("the size of the text", () => {
  it("is kept on this machine and grows the whole page", () => {
    setTextSize("large");

    expect(localStorage.getItem("linli.text")).toBe("large");
    expect(document.documentElement.style.getPropertyValue("--text-scale")).toBe("1.25");
  });
});
