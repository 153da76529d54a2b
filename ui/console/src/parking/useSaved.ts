/** A form in a dialog that is there while it is open: whether it is busy, and what was refused of which field (`fields`, as `useWrong` has them). */
import { ref, watch } from "vue";
import { t } from "@/use/language";
import { useWrong } from "@/use/wrong";

export function useSaved<F extends string>(close: () => void, done: () => void, fields: Readonly<Record<string, F>> = {}) {
  const open = ref(true);
  const busy = ref(false);
  const { wrong, send } = useWrong(fields);
  watch(open, (on) => on || close());

  async function save<T>(doing: () => Promise<T>, said: string | ((got: T) => string) = t("lots.saved")): Promise<void> {
    busy.value = true;
    const went = await send(doing, said);
    busy.value = false;
    if (!went) return;
    done();
    open.value = false;
  }
  return { open, busy, wrong, save };
}
