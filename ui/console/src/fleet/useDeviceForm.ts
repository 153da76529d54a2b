/** A device as a form: what people fill in, what of it is to be sent, and which field was refused. */
import { computed, reactive, ref, watch } from "vue";
import { devices, type Device, type DeviceChange, type DeviceDetail, type DeviceEntry } from "@linli/api";
import { t } from "@/use/language";
import { community } from "@/use/session";
import { reason } from "@/use/tell";
import { validCode } from "./codes";
import { filled, optionsOf, taken, type Filled } from "./options";
import { fieldOf } from "./refused";
import { useProtocols } from "./useProtocols";

function blank() {
  return { code: "", model: "", zh: "", en: "", place: "", serial: "", installed: "", driver: "", address: "" };
}

export function useDeviceForm() {
  const fields = reactive(blank());
  const gateway = ref<Device | null>(null);
  const texts = ref<Filled>({});
  const wrong = ref<Record<string, string>>({});
  const busy = ref(false);
  const { protocols } = useProtocols();
  const protocol = computed(() => protocols.value.find((one) => one.name === fields.driver));
  const options = computed(() => optionsOf(protocol.value, gateway.value?.driver ?? ""));
  const isMember = computed(() => Boolean(fields.driver) && fields.driver === gateway.value?.driver);
  let before: DeviceEntry | null = null;
  let known: Record<string, unknown> = {};

  // Options keep what was filled in when the protocol stays, and begin anew when it changes.
  watch([options, () => fields.driver], ([now, driver], [, earlier]) => {
    const kept = driver === earlier ? texts.value : {};
    texts.value = { ...filled(now, driver === before?.driver ? known : {}), ...kept };
  });
  watch(gateway, (one) => one && !fields.driver && (fields.driver = one.driver));

  async function open(device: DeviceDetail): Promise<void> {
    known = device.options as Record<string, unknown>;
    gateway.value = device.gateway ? await devices.one(community.value, device.gateway) : null;
    const { code, model, place, serial, driver, address } = device;
    Object.assign(fields, { code, model, place, serial, driver, address, zh: device.name.zh, en: device.name.en ?? "", installed: device.installed_on ?? "" });
    texts.value = filled(options.value, known);
    before = entry(known);
  }

  function entry(chosen: Record<string, unknown>): DeviceEntry {
    return {
      code: fields.code.trim(),
      model: fields.model,
      name: { zh: fields.zh.trim(), en: fields.en.trim() },
      place: fields.place,
      gateway: gateway.value?.code ?? null,
      serial: fields.serial.trim(),
      installed_on: fields.installed || null,
      driver: fields.driver,
      address: fields.driver ? fields.address.trim() : "",
      options: chosen,
    };
  }

  function missing(): Record<string, string> {
    const out: Record<string, string> = {};
    if (!validCode(fields.code.trim())) out.code = t("device.codeHint");
    for (const name of ["model", "zh", "place"] as const) if (!fields[name].trim()) out[name] = t("device.needed");
    if (isMember.value && !fields.address.trim()) out.address = t("device.needed");
    return out;
  }

  /** Send it; return the code of the device, or nothing where something is wrong. */
  async function save(): Promise<string> {
    const told = taken(options.value, texts.value);
    wrong.value = missing();
    for (const name of told.wrong) wrong.value[`option.${name}`] = t("device.unread");
    if (Object.keys(wrong.value).length) return "";
    busy.value = true;
    try {
      const wanted = entry(fields.driver ? told.options : {});
      if (before) await devices.change(community.value, wanted.code, changes(before, wanted));
      else await devices.enter(community.value, wanted);
      return wanted.code;
    } catch (error) {
      const field = fieldOf(error, options.value.map((option) => option.name));
      wrong.value = { [field || "form"]: reason(error) };
      return "";
    } finally {
      busy.value = false;
    }
  }

  return { fields, gateway, texts, wrong, busy, protocol, options, isMember, open, save };
}

const same = (one: unknown, other: unknown) => JSON.stringify(one) === JSON.stringify(other);

/** Return what differs: what is left out stays as it is. */
export function changes(before: DeviceEntry, wanted: DeviceEntry): DeviceChange {
  const names = Object.keys(wanted).filter((name) => name !== "code" && name !== "model") as (keyof DeviceChange & keyof DeviceEntry)[];
  return Object.fromEntries(names.filter((name) => !same(before[name], wanted[name])).map((name) => [name, wanted[name]]));
}
