/** Who is signed in, and for which community. */
import { computed, ref } from "vue";
import { onSignedOut, Refused, session, tours, type Session, type User } from "@linli/api";
import { soon } from "@/lib/soon";
import { giveUp } from "@/push/keeper";
import { Kept } from "@/rounds/kept";
import * as shift from "@/rounds/shift";
import { speak, t } from "./language";
import { tellNot } from "./tell";

export const user = ref<User | null>(null);
export const community = ref("");
/** Whether he is known by what his telephone holds alone: the server was not reached. */
export const away = ref(false);

const KEPT = "linli.community";

onSignedOut(() => {
  user.value = null;
  void shift.drop();
});

function enter(found: User): void {
  user.value = found;
  away.value = false;
  if (shift.held()?.account !== found.id) void shift.drop();
  if (found.language === "zh" || found.language === "en") speak(found.language);
}

/** Ask the server who is signed in; nobody is no error. */
export async function recall(): Promise<User | null> {
  if (user.value && !away.value) return user.value;
  try {
    enter((await session.who()).user);
  } catch (error) {
    if (!(error instanceof Refused) || error.status !== 401) throw error;
  }
  return user.value;
}

/** Ask who is signed in; where nobody answers, it is whose shift this telephone holds, for his rounds and nothing else. */
export async function recallForRounds(): Promise<User | null> {
  const held = shift.held();
  if (!held) return recall();
  try {
    return await soon(recall());
  } catch {
    if (user.value) return user.value;
    enterAway(held);
    return user.value;
  }
}

function enterAway(held: shift.Shift): void {
  user.value = shift.standIn(held);
  away.value = true;
  if (held.language === "zh" || held.language === "en") speak(held.language);
}

/** Ask again: the account has changed. */
export async function refresh(): Promise<void> {
  enter((await session.who()).user);
}

export async function signIn(username: string, password: string, code = ""): Promise<void> {
  signedIn(await session.signIn(username, password, code));
}

/** Go on as somebody who has shown who he is, whichever way; tell him which other sessions of his had to end for this one. */
export function signedIn({ user: found, ended = [] }: Session): void {
  enter(found);
  if (!ended.length) return;
  const devices = ended.map((device) => device || t("sessions.unknown")).join(t("sessions.and"));
  tellNot(t("sessions.crowdedOut", { devices }));
}

/** Go. What was kept of rounds is told first; what could not be told stays under his account until he comes back. */
export async function signOut(): Promise<void> {
  const kept = new Kept(community.value, user.value?.id ?? 0);
  if (kept.all().length) await kept.tell((scans) => tours.tell(community.value, scans)).catch(() => tellNot(t("rounds.leftUntold")));
  await session.signOut();
  user.value = null;
  await shift.drop();
  await giveUp().catch(() => tellNot(t("push.notGivenUp")));
}

/** Switch the language and keep it with the account. */
export async function switchLanguage(wanted: "zh" | "en"): Promise<void> {
  speak(wanted);
  if (user.value) user.value = (await session.speak(wanted)).user;
}

/** Return the community to open first: the last one used, else the first there is. */
export function homeCommunity(): string {
  const codes = user.value?.communities.map((item) => item.code) ?? [];
  const kept = localStorage.getItem(KEPT) ?? "";
  return codes.includes(kept) ? kept : (codes[0] ?? "");
}

export function enterCommunity(code: string): void {
  community.value = code;
  localStorage.setItem(KEPT, code);
}

export const permissions = computed(
  () => new Set(user.value?.permissions[community.value] ?? []),
);

/** Tell whether the user may do something here, as `alarms.handle`. */
export function may(permission: string): boolean {
  return permissions.value.has(permission);
}
