/** The calls that ring now on one side, at home or at the gate desk, and what one does about them. */
import { computed } from "vue";
import type { CallAct, CallSide, DoorCall } from "@linli/api";
import { useFacts } from "@/use/live";
import { useResource } from "@/use/resource";
import { community } from "@/use/session";
import { attempt } from "@/use/tell";

const TOPICS = ["CallRang", "CallPassedOn", "CallAnswered", "CallOver"];

/** A call rings, or it is I who answered: where another did, it is silent here. */
export const isOpen = ({ state, by_me }: Pick<DoorCall, "state" | "by_me">): boolean => state === "ringing" || (state === "answered" && by_me);

export function useCalls(side: CallSide) {
  const list = useResource(() => side.all(community.value));
  useFacts(TOPICS, () => void list.load(), 150);
  const open = computed(() => (list.data.value?.items ?? []).filter(isOpen));

  async function act(call: DoorCall, does: CallAct, done: string): Promise<void> {
    await attempt(() => side.act(community.value, call.id, does), done);
    await list.load();
  }

  const offer = (call: DoorCall) => (sdp: string) => side.picture(community.value, call.id, sdp);
  return { list, open, act, offer };
}
