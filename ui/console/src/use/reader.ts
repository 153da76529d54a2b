/** Who reads the page: a resident, for whom nothing is small, or one who sees badly, for whom there is more of everything. Where nobody says so it is staff. */
import { onBeforeUnmount, watchEffect } from "vue";

export type Reader = "resident" | "elder";

/** While the page stands, it is read by this one. */
export function useReader(who: () => Reader): void {
  const page = document.documentElement;
  watchEffect(() => (page.dataset.reader = who()));
  onBeforeUnmount(() => delete page.dataset.reader);
}
