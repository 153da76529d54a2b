/** Something read from the server: what it is, whether it is on its way, what went wrong. */
import { ref, shallowRef, type Ref, type ShallowRef } from "vue";

export interface Resource<T> {
  data: ShallowRef<T | null>;
  error: ShallowRef<unknown>;
  loading: Ref<boolean>;
  loadedAt: Ref<number>;
  load: () => Promise<void>;
}

/** Read now and again on `load`; only the latest answer counts, and old data stay until it comes. */
export function useResource<T>(read: () => Promise<T>): Resource<T> {
  const data = shallowRef<T | null>(null);
  const error = shallowRef<unknown>(null);
  const loading = ref(false);
  const loadedAt = ref(0);
  let turn = 0;

  async function load(): Promise<void> {
    const mine = ++turn;
    loading.value = true;
    try {
      const found = await read();
      if (mine !== turn) return;
      data.value = found;
      error.value = null;
      loadedAt.value = Date.now();
    } catch (cause) {
      if (mine === turn) error.value = cause;
    } finally {
      if (mine === turn) loading.value = false;
    }
  }

  return { data, error, loading, loadedAt, load };
}
