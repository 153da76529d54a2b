/** A long list read page by page, by its cursor. */
import { computed, ref, shallowRef } from "vue";
import type { Page } from "@linli/api";

/** `C` is what the list takes for a cursor: a text or a number, empty at first. */
export function usePages<T, C extends string | number = string>(read: (cursor: C | undefined) => Promise<Page<T>>) {
  const items = shallowRef<T[]>([]);
  const next = shallowRef<C | null>(null);
  const error = shallowRef<unknown>(null);
  const loading = ref(false);
  const loaded = ref(false);
  let turn = 0;
  let first = 0;
  let ahead = false;

  async function take(cursor?: C): Promise<void> {
    const mine = ++turn;
    loading.value = true;
    try {
      const page = await read(cursor);
      if (mine !== turn) return;
      items.value = cursor ? [...items.value, ...page.items] : page.items;
      if (!cursor) first = page.items.length;
      next.value = (page.next as C | null | undefined) ?? null;
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
    ahead = true;
    await take(next.value);
    ahead = false;
  }

  /** Read the list anew because something in it moved. Whoever asked for more keeps what he has, and is given what is on its way. */
  async function refresh(): Promise<void> {
    if (!ahead && items.value.length <= first) await take();
  }

  const empty = computed(() => loaded.value && items.value.length === 0);
  return { items, next, error, loading, loaded, empty, load: () => take(), more, refresh };
}
