/** The alarm desk: the list under its filters, kept live, and what was chosen from it. */
import { computed, ref, shallowRef, watch, type Ref } from "vue";
import { alarms, type Alarm, type AlarmQuery } from "@linli/api";
import { useLive } from "@/use/live";
import { community } from "@/use/session";
import { admit, belongs, refresh, rows, take, type Desk } from "./merge";

const PAGE = 100;
const GATHER_MS = 400;
const SINGLY = 8;

/** `still` tells whether new alarms have to wait; `announce` is told each that is new. */
export function useDesk(filter: Ref<AlarmQuery>, still: Ref<boolean>, announce: (alarm: Alarm) => void) {
  const desk = shallowRef<Desk>({ shown: [], fresh: [] });
  const next = ref<number | null>(null);
  const error = shallowRef<unknown>(null);
  const loading = ref(false);
  const loaded = ref(false);
  const changed = new Set<number>();
  let due: ReturnType<typeof setTimeout> | undefined;
  let turn = 0;

  async function load(): Promise<void> {
    const mine = ++turn;
    loading.value = true;
    try {
      const page = await alarms.list(community.value, { ...filter.value, limit: PAGE });
      if (mine !== turn) return;
      desk.value = { shown: page.items, fresh: [] };
      next.value = Number(page.next) || null;
      error.value = null;
      loaded.value = true;
    } catch (cause) {
      if (mine === turn) error.value = cause;
    } finally {
      if (mine === turn) loading.value = false;
    }
  }

  async function more(): Promise<void> {
    if (!next.value || loading.value) return;
    loading.value = true;
    const mine = turn;
    try {
      const page = await alarms.list(community.value, { ...filter.value, cursor: next.value, limit: PAGE });
      if (mine !== turn) return;
      const known = new Set(desk.value.shown.map((alarm) => alarm.id));
      const later = page.items.filter((alarm) => !known.has(alarm.id));
      desk.value = { ...desk.value, shown: [...desk.value.shown, ...later] };
      next.value = Number(page.next) || null;
    } catch (cause) {
      error.value = cause;
    } finally {
      loading.value = false;
    }
  }

  function learn(alarm: Alarm): void {
    const known = [...desk.value.shown, ...desk.value.fresh].some((item) => item.id === alarm.id);
    const fits = belongs(alarm, filter.value.state ?? "", filter.value.severity ?? "");
    desk.value = take(desk.value, alarm, fits, still.value);
    if (!known && fits && alarm.state === "raised") announce(alarm);
  }

  async function reread(): Promise<void> {
    const page = await alarms.list(community.value, { ...filter.value, limit: PAGE });
    const known = new Set([...desk.value.shown, ...desk.value.fresh].map((alarm) => alarm.id));
    desk.value = refresh(desk.value, page.items, still.value);
    page.items.filter((alarm) => !known.has(alarm.id)).slice(0, 1).forEach(announce);
  }

  async function catchUp(): Promise<void> {
    due = undefined;
    const ids = [...changed];
    changed.clear();
    try {
      if (ids.length > SINGLY) await reread();
      else (await Promise.all(ids.map((id) => alarms.one(community.value, id)))).forEach(learn);
      error.value = null;
    } catch (cause) {
      error.value = cause;
    }
  }

  function touch(id: number): void {
    changed.add(id);
    due ??= setTimeout(() => void catchUp(), GATHER_MS);
  }

  useLive(
    (message) => {
      if (message.kind !== "fact") return;
      const alarm = message.fact.alarm;
      if (typeof alarm === "number") touch(alarm);
    },
    () => void reread().catch((cause: unknown) => (error.value = cause)),
  );
  watch(filter, load, { immediate: true });

  const grouped = computed(() => rows(desk.value.shown, Boolean(filter.value.grouped)));
  return {
    rows: grouped,
    fresh: computed(() => desk.value.fresh.length),
    next, error, loading, loaded, load, more, touch,
    admit: () => (desk.value = admit(desk.value)),
  };
}
