/** Read something again and again while it moves. */
import { onScopeDispose, watch, type Ref } from "vue";

const EVERY_MS = 2000;

export function useFollow(moves: () => boolean, loadedAt: Ref<number>, load: () => Promise<void>, everyMs = EVERY_MS): void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  watch([loadedAt, moves], () => {
    clearTimeout(timer);
    if (moves()) timer = setTimeout(() => void load(), everyMs);
  });
  onScopeDispose(() => clearTimeout(timer));
}
