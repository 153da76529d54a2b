/** Who came lately to see a home in which nobody lives, as the gate desk sees it. */
import { computed, watch } from "vue";
import { gateDesk } from "@linli/api";
import { useFacts } from "@/use/live";
import { useResource } from "@/use/resource";
import { community } from "@/use/session";

export function useUnheard() {
  const list = useResource(() => gateDesk.unheard(community.value));
  watch(community, () => void list.load(), { immediate: true });
  useFacts(["VisitUnheard", "VisitAttended"], () => void list.load());
  const wishes = computed(() => list.data.value?.items ?? []);
  const waiting = computed(() => wishes.value.filter(({ attended_at }) => !attended_at).length);
  return { list, wishes, waiting };
}
