import { flushPromises, mount } from "@vue/test-utils";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { charging, devices, type ChargingSite, type Device } from "@linli/api";
import CameraDialog from "@/charging/CameraDialog.vue";
import { speak, t } from "@/use/language";
import { enterCommunity } from "@/use/session";

const said = (zh: string) => ({ zh, en: zh });
const camera = { code: "cam-1", name: said("车位相机"), model_name: said("摄像机") } as Device;
const plug = { code: "cp-1", label: "A1", camera: "cam-1", camera_lane: "2" };
const site = { code: "ev1", name: said("车库"), connectors: [plug] } as unknown as ChargingSite;
const asks = { one: vi.spyOn(devices, "one"), list: vi.spyOn(devices, "list"), set: vi.spyOn(charging, "setCamera") };
const stubs = { ElDialog: { template: "<div><slot /><slot name='footer' /></div>" } };

beforeEach(() => {
  vi.clearAllMocks();
  speak("zh");
  enterCommunity("hml");
  asks.one.mockResolvedValue(camera as never);
  asks.list.mockResolvedValue({ items: [camera], next: null } as never);
  asks.set.mockResolvedValue({} as never);
});

async function opened() {
  const page = mount(CameraDialog, { props: { site }, global: { stubs } });
  await flushPromises();
  return page;
}
type Page = Awaited<ReturnType<typeof opened>>;
const type = async (page: Page, text: string) => {
  await page.get("input[type=search]").setValue(text);
  await flushPromises();
};
const save = async (page: Page) => {
  await page.get("form").trigger("submit");
  await flushPromises();
};

describe("a device that was typed and not picked", () => {
  it("is not saved as none: that is said, and nothing is sent", async () => {
    const page = await opened();

    await type(page, "车位");
    await save(page);

    expect(page.text()).toContain(t("device.unpicked"));
    expect(page.findAll("button").find((one) => one.text() === t("do.save"))!.attributes("disabled")).toBeDefined();
    expect(asks.set).not.toHaveBeenCalled();
  });

  it.each([
    ["emptied", "", { camera: "", lane: "" }],
    ["left as it stood", null, { camera: "cam-1", lane: "2" }],
  ])("%s is saved", async (_how, text, sent) => {
    const page = await opened();

    if (text !== null) {
      await type(page, "车");
      await type(page, text);
    }
    await save(page);

    expect(page.text()).not.toContain(t("device.unpicked"));
    expect(asks.set.mock.calls[0]!.slice(1)).toEqual(["ev1", "cp-1", sent]);
  });
});
