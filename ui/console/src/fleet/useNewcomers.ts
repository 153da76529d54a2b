/** Who waits to be let in, read again while one looks; and how their lines speak. */
import { computed, shallowRef, watch, type Ref } from "vue";
import { devices, fleet, latest, type Newcomer, type Page } from "@linli/api";
import { useParts } from "@/use/parts";
import { community } from "@/use/session";
import { useFollow } from "@/use/follow";

const EVERY_MS = 5000;

export function useNewcomers(state: Ref<string>) {
  const drivers = shallowRef(new Map<string, string>());
  /** How a line speaks is known before its newcomers are shown: the code that they are proposed goes by it. */
  const { found, more, anew } = useParts<Newcomer, Page<Newcomer>, string>(async (cursor) => {
    const page = await fleet.newcomers(community.value, state.value, cursor);
    await readLines(page.items);
    return page;
  }, latest);
  const items = computed(() => found.data.value?.items ?? []);

  async function readLines(all: readonly Newcomer[]): Promise<void> {
    const unknown = [...new Set(all.map((one) => one.line))].filter((line) => !drivers.value.has(line));
    if (!unknown.length) return;
    const read = await Promise.all(unknown.map((line) => devices.one(community.value, line).catch(() => null)));
    drivers.value = new Map([...drivers.value, ...read.flatMap((one) => (one ? [[one.code, one.driver] as const] : []))]);
  }

  /** Tell whether a line is a gateway that speaks our own MQTT or HTTP for those behind it. */
  const isPlain = (line: string) => drivers.value.get(line) === "";

  watch([state, community], () => void anew(), { immediate: true });
  useFollow(() => state.value === "waiting", found.loadedAt, found.load, EVERY_MS);
  return { found, items, more, isPlain };
}
