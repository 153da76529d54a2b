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

  async function take(cursor?: C): Promise<void> {
    const mine = ++turn;
    loading.value = true;
    try {
      const page = await read(cursor);
      if (mine !== turn) return;
      items.value = cursor ? [...items.value, ...page.items] : page.items;
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
    if (next.value && !loading.value) await take(next.value);
  }

  const empty = computed(() => loaded.value && items.value.length === 0);
  return { items, next, error, loading, loaded, empty, load: () => take(), more };
}
