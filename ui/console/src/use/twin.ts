/** The last values of devices: read once, then kept by the live line. */
import { shallowRef, triggerRef, watch } from "vue";
import { devices, type TwinValue } from "@linli/api";
import { line, useLive } from "./live";
import { community } from "./session";

export interface Latest {
  at: number;
  value: number;
  quality: number;
}

/** Values by `device/point`; times in epoch seconds. `wants` tells which devices matter. */
export function useTwin(query: () => { device?: string; place?: string }, wants: (device: string) => boolean) {
  const values = shallowRef(new Map<string, Latest>());
  const error = shallowRef<unknown>(null);

  function put(device: string, point: string, latest: Latest): void {
    const key = `${device}/${point}`;
    const known = values.value.get(key);
    if (!known || known.at <= latest.at) values.value.set(key, latest);
  }

  async function load(): Promise<void> {
    try {
      const { items } = await devices.twin(community.value, query());
      values.value = new Map();
      items.forEach(({ device, point, at, value, quality }: TwinValue) =>
        put(device, point, { at: Date.parse(at) / 1000, value, quality }),
      );
      triggerRef(values);
      error.value = null;
    } catch (cause) {
      error.value = cause;
    }
  }

  useLive(
    (message) => {
      if (message.kind !== "twin") return;
      const mine = message.points.filter(([device]) => wants(device));
      mine.forEach(([device, point, at, value, quality]) => put(device, point, { at, value, quality }));
      if (mine.length) triggerRef(values);
    },
  );
  // What came between the reading of all and the opening of the line was told to nobody.
  watch(line, (state) => state === "on" && void load());
  return { values, error, load };
}
