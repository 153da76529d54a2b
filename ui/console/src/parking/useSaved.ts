/** A form in a dialog that is there while it is open: whether it is busy, and what was refused. */
import { ref, watch } from "vue";
import { t } from "@/use/language";
import { attempt } from "@/use/tell";

export function useSaved(close: () => void, done: () => void) {
  const open = ref(true);
  const busy = ref(false);
  watch(open, (on) => on || close());

  async function save(doing: () => Promise<unknown>, said = t("lots.saved")): Promise<void> {
    busy.value = true;
    const went = await attempt(doing, said);
    busy.value = false;
    if (!went) return;
    done();
    open.value = false;
  }
  return { open, busy, save };
}
