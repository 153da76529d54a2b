import { flushPromises, mount, type VueWrapper } from "@vue/test-utils";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { devices, parkingSetup, register, type Device, type ParkingZone } from "@linli/api";
import DevicePicker from "@/fleet/DevicePicker.vue";
import ZoneCameras from "@/parking/ZoneCameras.vue";
import ZoneDialog from "@/parking/ZoneDialog.vue";
import { speak } from "@/use/language";

const camera = (code: string) => ({ code, name: { zh: code, en: code }, model_name: { zh: "相机", en: "camera" } }) as unknown as Device;
const ZONE: ParkingZone = {
  code: "lane-1",
  name: { zh: "消防通道", en: "Fire lane" },
  place: "hml/lane-1",
  kind: "fire_lane",
  devices: ["eye-1", "eye-2"],
  grace_minutes: 0,
  quiet_minutes: 30,
  open: true,
};

function cameras(codes: string[]): VueWrapper {
  const page: VueWrapper = mount(ZoneCameras, {
    props: { modelValue: codes, "onUpdate:modelValue": (next: string[]) => void page.setProps({ modelValue: next }) },
  });
  return page;
}

const chosen = (page: VueWrapper) => page.findComponent(ZoneCameras).props("modelValue");

beforeEach(() => {
  vi.restoreAllMocks();
  vi.spyOn(devices, "list").mockResolvedValue({ items: [], next: null } as never);
  speak("zh");
});

describe("the cameras of a zone", () => {
  const pick = async (page: VueWrapper, code: string) => {
    page.findComponent(DevicePicker).vm.$emit("update:modelValue", camera(code));
    await flushPromises();
  };

  it("are added one after another, each once, and the field is empty again", async () => {
    const page = cameras([]);

    for (const code of ["eye-1", "eye-2", "eye-1"]) await pick(page, code);

    expect(chosen(page)).toEqual(["eye-1", "eye-2"]);
    expect(page.find("input").element.value).toBe("");
  });

  it("are taken away one by one", async () => {
    const page = cameras(["eye-1", "eye-2"]);

    await page.findAll("button").find((one) => one.text().includes("eye-1"))!.trigger("click");

    expect(chosen(page)).toEqual(["eye-2"]);
    expect(page.findAll("li")).toHaveLength(1);
  });

  it("are no more than a zone takes", () => {
    const many = Array.from({ length: 32 }, (_, n) => `eye-${n}`);

    expect(cameras(many).findComponent(DevicePicker).exists()).toBe(false);
    expect(cameras(many.slice(1)).findComponent(DevicePicker).exists()).toBe(true);
  });
});

it("a zone is kept with all its cameras", async () => {
  vi.spyOn(register, "bare").mockResolvedValue(null as never);
  vi.spyOn(register, "search").mockResolvedValue({} as never);
  const set = vi.spyOn(parkingSetup, "setZone").mockResolvedValue({ code: "lane-1" } as never);
  mount(ZoneDialog, { props: { zone: ZONE, taken: [] }, attachTo: document.body });
  await flushPromises();

  const go = [...document.querySelectorAll<HTMLButtonElement>(".el-dialog button")].find((one) => one.textContent?.includes("保存"))!;
  go.click();
  await flushPromises();

  expect(set.mock.calls[0]![2]).toMatchObject({ devices: ["eye-1", "eye-2"], kind: "fire_lane" });
});
