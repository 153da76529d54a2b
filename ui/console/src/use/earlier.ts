/** What came before the newest lines that something bears: asked for on demand, page by page. */
import { computed, watch } from "vue";
import type { Page } from "@linli/api";
import { usePages } from "@/use/pages";

/** `next` is the cursor that came with the newest lines. The lines found stand the oldest first; where the newest move on, they are let go. */
export function useEarlier<T>(next: () => number | null, read: (cursor: number) => Promise<Page<T>>) {
  const older = usePages<T, number>((cursor) => read(cursor ?? next() ?? 0));
  watch(next, () => {
    older.items.value = [];
    older.next.value = null;
    older.loaded.value = false;
    older.error.value = null;
  });
  const lines = computed(() => [...older.items.value].reverse());
  const more = computed(() => (older.loaded.value ? older.next.value : next()) !== null);
  return { lines, more, error: older.error, loading: older.loading, ask: () => (older.loaded.value ? older.more() : older.load()) };
}
