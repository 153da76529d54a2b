/** What the map shows: shapes, devices with their state, open alarms and cases. */
import { computed, shallowRef } from "vue";
import { alarms, cases, devices, register, type Alarm, type Case, type Device, type MapFeature } from "@linli/api";
import { useFacts, useLive } from "@/use/live";
import { useResource } from "@/use/resource";
import { community } from "@/use/session";

const PAGE = 500;

async function allDevices(): Promise<Device[]> {
  const out: Device[] = [];
  let cursor: string | undefined;
  do {
    const page = await devices.list(community.value, { limit: PAGE, cursor });
    out.push(...page.items);
    cursor = page.next ? String(page.next) : undefined;
  } while (cursor);
  return out;
}

export function useCommunityMap() {
  const shapes = useResource(() => register.map(community.value).then((found) => found.features));
  const machines = useResource(allDevices);
  const troubles = useResource(() => alarms.list(community.value, { state: "open", limit: 300 }).then((page) => page.items));
  const matters = useResource(() => cases.list(community.value, { open: true, limit: 300 }).then((page) => page.items));
  const online = shallowRef(new Map<string, boolean>());

  useLive(
    (message) => {
      if (message.kind !== "devices") return;
      online.value = new Map([...online.value, ...Object.entries(message.online)]);
    },
    () => void machines.load(),
  );
  useFacts(["AlarmOpened", "AlarmGone", "AlarmClosed", "AlarmAcknowledged"], () => void troubles.load(), 1500);
  useFacts(["CaseMoved"], () => void matters.load(), 2500);
  useFacts(["DeviceWentOnline", "DeviceWentOffline"], () => void machines.load(), 5000);

  void Promise.all([shapes.load(), machines.load(), troubles.load(), matters.load()]);

  return {
    shapes,
    features: computed<MapFeature[]>(() => shapes.data.value ?? []),
    devices: computed<Device[]>(() =>
      (machines.data.value ?? []).map((device) => ({ ...device, online: online.value.get(device.code) ?? device.online })),
    ),
    alarms: computed<Alarm[]>(() => (troubles.data.value ?? []).filter((alarm) => alarm.active)),
    cases: computed<Case[]>(() => matters.data.value ?? []),
  };
}
