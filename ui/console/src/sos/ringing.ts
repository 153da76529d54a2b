/** Whether this telephone rings: the newest call of those that ring it, as the live line tells. */
import { computed, shallowRef } from "vue";
import { sos, type Sos } from "@linli/api";
import { useFacts } from "@/use/live";
import { community } from "@/use/session";

const TOPICS = ["SosRaised", "SosRung", "SosUnanswered", "SosAnswered", "SosArrived", "SosClosed"];

/** The open calls of whoever is signed in: his own, and those that ring him. */
export function useMine() {
  const mine = shallowRef<Sos[]>([]);
  async function load(): Promise<void> {
    try {
      mine.value = (await sos.mine(community.value)).items;
    } catch {
      /* the live bar says that nothing comes; what is shown stays */
    }
  }
  useFacts(TOPICS, () => void load(), 150);
  const ringing = computed(() => mine.value.find((one) => !one.own && one.state === "ringing"));
  const own = computed(() => mine.value.find((one) => one.own));
  return { mine, ringing, own, load };
}

export { TOPICS };
