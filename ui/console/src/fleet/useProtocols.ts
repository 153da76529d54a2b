/** The protocols that this installation speaks, read once. */
import { computed } from "vue";
import { devices } from "@linli/api";
import { words } from "@/use/language";
import { useResource } from "@/use/resource";

const found = useResource(() => devices.protocols().then((page) => page.items));

export function useProtocols() {
  if (!found.data.value && !found.loading.value) void found.load();
  return {
    protocols: computed(() => found.data.value ?? []),
    error: found.error,
    load: found.load,
    /** Say a protocol; its code where this installation does not speak it any more. */
    spoken: (name: string) => words(found.data.value?.find((one) => one.name === name)?.words) || name,
  };
}
