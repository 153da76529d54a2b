/** Text that was typed where one of a list is picked, and not picked: whoever saves then would save that there is none. */
import { computed, inject, onScopeDispose, provide, shallowReactive, watch, type ComputedRef, type InjectionKey } from "vue";

const FORM: InjectionKey<Set<object>> = Symbol("unpicked");

/** Of a form: whether a field in it holds such text. */
export function gatherUnpicked(): ComputedRef<boolean> {
  const fields = shallowReactive(new Set<object>());
  provide(FORM, fields);
  return computed(() => fields.size > 0);
}

/** Of a field: tell the form around it, as long as it is there. */
export function tellUnpicked(holds: ComputedRef<boolean>): void {
  const fields = inject(FORM, null);
  if (!fields) return;
  const field = {};
  watch(holds, (on) => (on ? fields.add(field) : fields.delete(field)), { immediate: true });
  onScopeDispose(() => fields.delete(field));
}
