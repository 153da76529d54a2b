/** Filters that live in the address bar, so that a link shows what its sender saw. */
import { computed, type WritableComputedRef } from "vue";
import { useRoute, useRouter } from "vue-router";

/** Bind one word of the query string; the fallback leaves the address bar clean. */
export function useQuery(name: string, fallback = ""): WritableComputedRef<string> {
  const route = useRoute();
  const router = useRouter();
  return computed({
    get: () => {
      const found = route.query[name];
      return typeof found === "string" ? found : fallback;
    },
    set: (value) => {
      const query = { ...route.query, [name]: value === fallback ? undefined : value };
      void router.replace({ query });
    },
  });
}
