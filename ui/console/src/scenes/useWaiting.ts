/** How many changes wait for somebody who may approve scenes: one count for every badge on the screen. */
import { onMounted, ref, watch } from "vue";
import { scenes } from "@linli/api";
import { useFacts } from "@/use/live";
import { community, may } from "@/use/session";

/** Facts by which a change came to wait, or to its end. */
export const CHANGES = ["SceneChangeProposed", "SceneChanged", "SceneChangeRefused", "SceneChangeWithdrawn", "LimitChangeProposed", "LimitChanged"];

const MOST = 100;
const waiting = ref(0);

/** Count again: somebody decided here. */
export async function count(): Promise<void> {
  if (!community.value || !may("scenes.approve")) {
    waiting.value = 0;
    return;
  }
  // A badge that cannot be counted says nothing; the page itself says what is wrong.
  waiting.value = await scenes.changes(community.value, { state: "waiting", limit: MOST }).then((page) => page.items.length, () => 0);
}

/** Return the count, read anew; whoever `keeps` it reads it again whenever it changes. */
export function useWaiting(keeps = false): typeof waiting {
  onMounted(count);
  if (keeps) {
    watch(community, count);
    useFacts(CHANGES, () => void count());
  }
  return waiting;
}
