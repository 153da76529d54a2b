/** All devices that a question is about, page after page, kept on line or off by the live line. */
import { ref, shallowRef } from "vue";
import { devices, type Device, type DeviceQuery } from "@linli/api";
import { useLive } from "@/use/live";
import { community } from "@/use/session";

const PAGE = 500;
/** More than this nobody scrolls through; the page then asks to narrow the list. */
export const MOST = 20_000;

export function useDevices(query: () => DeviceQuery) {
  const items = shallowRef<Device[]>([]);
  const error = shallowRef<unknown>(null);
  const loading = ref(false);
  const loaded = ref(false);
  const whole = ref(true);
  let turn = 0;

  async function pages(mine: number): Promise<void> {
    let got: Device[] = [];
    let cursor: string | undefined;
    do {
      const page = await devices.list(community.value, { ...query(), cursor, limit: PAGE });
      if (mine !== turn) return;
      got = [...got, ...page.items];
      cursor = (page.next as string | null | undefined) ?? undefined;
      // The first page shows at once; a list that is read again stays until all of it came.
      if (!loaded.value || !cursor) items.value = got;
      loaded.value = true;
    } while (cursor && got.length < MOST);
    items.value = got;
    whole.value = !cursor;
  }

  async function load(): Promise<void> {
    const mine = ++turn;
    loading.value = true;
    error.value = null;
    try {
      await pages(mine);
    } catch (cause) {
      if (mine === turn) error.value = cause;
    } finally {
      if (mine === turn) loading.value = false;
    }
  }

  useLive(
    (message) => {
      if (message.kind !== "devices") return;
      const moved = (one: Device) => message.online[one.code] !== undefined && message.online[one.code] !== one.online;
      if (!items.value.some(moved)) return;
      const at = new Date().toISOString();
      items.value = items.value.map((one) => (moved(one) ? { ...one, online: !one.online, online_since: at } : one));
    },
    () => void load(),
  );
  /** Ask anew: what was there goes, for it answers another question. */
  const renew = () => ((loaded.value = false), load());
  return { items, error, loading, loaded, whole, load, renew };
}
