/** Who is signed in, and for which community. */
import { computed, ref } from "vue";
import { onSignedOut, Refused, session, type Session, type User } from "@linli/api";
import { giveUp } from "@/push/keeper";
import { speak, t } from "./language";
import { tellNot } from "./tell";

export const user = ref<User | null>(null);
export const community = ref("");

const KEPT = "linli.community";

onSignedOut(() => (user.value = null));

function enter(found: User): void {
  user.value = found;
  if (found.language === "zh" || found.language === "en") speak(found.language);
}

/** Ask the server who is signed in; nobody is no error. */
export async function recall(): Promise<User | null> {
  if (user.value) return user.value;
  try {
    enter((await session.who()).user);
  } catch (error) {
    if (!(error instanceof Refused) || error.status !== 401) throw error;
  }
  return user.value;
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

export async function signOut(): Promise<void> {
  await session.signOut();
  user.value = null;
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
