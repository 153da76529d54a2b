/** Pages outside the console: whose they are, who reads them, and the other language. */
import { flushPromises, mount } from "@vue/test-utils";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { session, Unreachable } from "@linli/api";
import AlonePage from "@/shell/AlonePage.vue";
import LanguageButton from "@/shell/LanguageButton.vue";
import { language, speak, t } from "@/use/language";
import { user } from "@/use/session";

const reader = () => document.documentElement.dataset.reader;
const turn = async () => {
  const button = mount(LanguageButton);
  await button.find("button").trigger("click");
  await flushPromises();
  return button;
};

beforeEach(() => {
  speak("zh");
  user.value = null;
});
afterEach(() => vi.restoreAllMocks());

describe("a page that stands alone", () => {
  it("bears the name of the estate, and the system's own as long as that is not known", async () => {
    const page = mount(AlonePage, { props: { estate: null } });
    expect(page.find("header strong").text()).toBe(t("app.name"));

    await page.setProps({ estate: { zh: "和睦里", en: "Hemuli" } });
    expect(page.find("header strong").text()).toBe("和睦里");
  });

  it("is read by a resident unless it says otherwise, and only while it stands", async () => {
    const page = mount(AlonePage);
    expect(reader()).toBe("resident");

    await page.setProps({ reader: "elder" });
    expect(reader()).toBe("elder");

    page.unmount();
    expect(reader()).toBeUndefined();
  });
});

describe("the button of the language", () => {
  it("names the other language, turns to it and back", async () => {
    const kept = vi.spyOn(session, "speak");
    const button = await turn();

    expect([language.value, button.text(), button.find("span").attributes("lang")]).toEqual(["en", `中${t("user.language")}`, "zh"]);
    await button.find("button").trigger("click");
    expect([language.value, button.text()]).toEqual(["zh", `EN${t("user.language")}`]);
    expect(kept).not.toHaveBeenCalled();
  });

  it("keeps what was chosen with the account of whoever is signed in", async () => {
    user.value = { id: 1, language: "zh" } as typeof user.value;
    const kept = vi.spyOn(session, "speak").mockResolvedValue({ user: { id: 1, language: "en" } } as never);

    await turn();

    expect(kept.mock.calls).toEqual([["en"]]);
    expect(user.value?.language).toBe("en");
  });

  it("turns also where that could not be kept, and says so", async () => {
    user.value = { id: 1, language: "zh" } as typeof user.value;
    vi.spyOn(session, "speak").mockRejectedValue(new Unreachable());

    await turn();

    expect(language.value).toBe("en");
    expect(document.querySelector(".el-message--error")).not.toBeNull();
  });
});
