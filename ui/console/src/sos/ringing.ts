/** Whether this telephone rings: the newest call of those that ring it, as the live line tells. */
import { computed, shallowRef } from "vue";
import { sos, type Sos, type SosSpot } from "@linli/api";
import { useFacts } from "@/use/live";
import { community, user } from "@/use/session";

const TOPICS = ["SosRaised", "SosRung", "SosMoved", "SosUnanswered", "SosAnswered", "SosArrived", "SosClosed"];

/** The number of each community's duty room, once it was told: it is wanted most when nothing more is heard. */
const phones = shallowRef<Record<string, string>>({});

/** The open calls of whoever is signed in: his own, and those that ring him; where he may be; and the number of the duty room. */
export function useMine() {
  const mine = shallowRef<Sos[]>([]);
  const spots = shallowRef<SosSpot[]>([]);
  async function load(): Promise<void> {
    const code = community.value;
    try {
      const told = await sos.mine(code);
      mine.value = told.items;
      spots.value = told.places;
      phones.value = { ...phones.value, [code]: told.phone };
    } catch {
      /* the live bar says that nothing comes; what is shown stays */
    }
  }
  useFacts(TOPICS, () => void load(), 150);
  const ringing = computed(() => mine.value.find((one) => !one.own && one.state === "ringing"));
  /** To whom he said that he comes, and is not there yet. */
  const going = computed(() => mine.value.find((one) => !one.own && one.state === "answered" && one.answered_by?.id === user.value?.id));
  const own = computed(() => mine.value.find((one) => one.own));
  const duty = computed(() => phones.value[community.value] ?? "");
  return { mine, spots, ringing, going, own, duty, load };
}

export { TOPICS };
