/** The calls that ring now on one side, at home or at the gate desk, and what one does about them. */
import { computed, reactive, watch } from "vue";
import type { CallAct, CallSide, DoorCall, DoorCalls } from "@linli/api";
import { useFacts } from "@/use/live";
import { useParts } from "@/use/parts";
import { community } from "@/use/session";
import { t } from "@/use/language";
import { attempt, tell } from "@/use/tell";

const TOPICS = ["CallRang", "CallPassedOn", "CallAnswered", "CallTalked", "CallOver"];

/** A call rings, or it is I who answered: where another did, it is silent here. */
export const isOpen = ({ state, by_me }: Pick<DoorCall, "state" | "by_me">): boolean => state === "ringing" || (state === "answered" && by_me);

/** Return the calls that rang here until another answered them. */
export function taken(before: readonly DoorCall[], now: readonly DoorCall[]): DoorCall[] {
  const rang = new Set(before.filter(({ state }) => state === "ringing").map(({ id }) => id));
  return now.filter(({ id, state, by_me }) => rang.has(id) && state === "answered" && !by_me);
}
const answerer = ({ who, part }: DoorCall) => who || t(`calls.part.${part as "home"}`);

/** The calls that were answered in this very window: another one of the same account does not take their line by itself. */
const here = reactive(new Set<number>());

export function useCalls(side: CallSide) {
  const { found: list, more } = useParts<DoorCall, DoorCalls, number>((cursor) => side.all(community.value, cursor));
  useFacts(TOPICS, () => void list.load(), 150);
  const items = computed(() => list.data.value?.items ?? []);
  const open = computed(() => items.value.filter(isOpen));
  const phrases = computed(() => list.data.value?.phrases ?? []);
  watch(items, (now, before) => taken(before, now).forEach((call) => tell(t("calls.taken", { who: answerer(call) }))));

  async function act(call: DoorCall, does: CallAct, done: string): Promise<void> {
    // The fact may come before the answer does.
    if (does === "answer") here.add(call.id);
    const well = await attempt(() => side.act(community.value, call.id, does), done);
    if (does === "answer" && !well) here.delete(call.id);
    await list.load();
  }

  const offer = (call: DoorCall) => (sdp: string) => side.picture(community.value, call.id, sdp);
  const talk = (call: DoorCall) => (sdp: string) => side.talk(community.value, call.id, sdp);
  const say = (call: DoorCall, phrase: string) => attempt(() => side.say(community.value, call.id, phrase), t("calls.talk.said"));
  return { list, more, open, phrases, here, act, offer, talk, say };
}
