/** One clock for all relative times on a page. */
import { onScopeDispose, ref } from "vue";

const TICK_MS = 5000;

export const now = ref(Date.now());
let users = 0;
let timer: ReturnType<typeof setInterval> | undefined;

/** Keep `now` moving while the component lives. */
export function useNow(): typeof now {
  users += 1;
  now.value = Date.now();
  timer ??= setInterval(() => (now.value = Date.now()), TICK_MS);
  onScopeDispose(() => {
    users -= 1;
    if (users === 0) {
      clearInterval(timer);
      timer = undefined;
    }
  });
  return now;
}
