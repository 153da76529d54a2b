/** A code or path that is picked by typing a part of the name that it has. */
import { computed, onScopeDispose, ref, watch, type Ref } from "vue";

const WAIT_MS = 200;

/** `find` looks for what is typed, a moment after the last letter; `nameOf` says what something picked before is called. Typing something else picks nothing. */
export function usePicked(key: Ref<string>, find: () => Promise<void>, nameOf: (known: string) => Promise<string>) {
  const typed = ref("");
  const chosen = ref("");
  /** What the key is by what was picked or typed here; another one was set from outside. */
  let mine = "";
  let due: ReturnType<typeof setTimeout> | undefined;
  onScopeDispose(() => clearTimeout(due));

  watch(typed, (text) => {
    clearTimeout(due);
    if (text === chosen.value) return;
    chosen.value = key.value = mine = "";
    if (text.trim()) due = setTimeout(() => void find(), WAIT_MS);
  });
  watch(
    key,
    async (known) => {
      if (known === mine) return;
      mine = known;
      chosen.value = typed.value = "";
      if (!known) return;
      const name = await nameOf(known);
      if (key.value === known && !typed.value) chosen.value = typed.value = name;
    },
    { immediate: true },
  );

  function choose(one: string, name: string): void {
    chosen.value = typed.value = name;
    key.value = mine = one;
  }
  /** Something is typed, and nothing picked by it yet. */
  const seeks = computed(() => !key.value && typed.value.trim() !== "");
  return { typed, seeks, choose };
}
