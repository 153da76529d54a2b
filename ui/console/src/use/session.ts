/** Who is signed in, and for which community. */
import { computed, ref } from "vue";
import { onSignedOut, Refused, session, speakFor, tours, Unreachable, type Session, type User } from "@linli/api";
import { soon, within } from "@/lib/soon";
import { giveUp } from "@/push/keeper";
import { Kept } from "@/rounds/kept";
import * as shift from "@/rounds/shift";
import { listed, speak, t } from "./language";
import { tellNot } from "./tell";

export const user = ref<User | null>(null);
export const community = ref("");
/** Whether he is known by what his telephone holds alone: the server was not reached. */
export const away = ref(false);

/** A ward in whose place a guardian acts, and with which permissions. */
export interface Ward {
  subject: string;
  name: string;
  permissions: readonly string[];
}

/** For whom he acts now; null for himself. */
export const ward = ref<Ward | null>(null);

/** For whom this window acts, so that a page that is read anew goes on for him. */
const ACTING = "linli.for";

export function actFor(found: Ward | null): void {
  ward.value = found;
  speakFor(found?.subject ?? "");
  if (found) sessionStorage.setItem(ACTING, JSON.stringify({ account: user.value?.id, community: community.value, ward: found }));
  else sessionStorage.removeItem(ACTING);
}

/** Go on acting for whom this window did before it was read anew, if it is the same account in the same community. */
export function actOn(): void {
  const kept = sessionStorage.getItem(ACTING);
  if (ward.value || !kept) return;
  const said = JSON.parse(kept) as { account?: number; community: string; ward: Ward };
  actFor(said.account === user.value?.id && said.community === community.value ? said.ward : null);
}

const KEPT = "linli.community";
/** Who went without network: the server, which still knows him here, is to be told. */
const GONE = "linli.gone";

function forget(): void {
  user.value = null;
  actFor(null);
  away.value = false;
}

onSignedOut(() => {
  forget();
  void shift.drop();
});

/** Who goes in one window goes in all of this browser. */
addEventListener("storage", ({ key, newValue }) => {
  if (key !== GONE || !newValue || newValue !== String(user.value?.id)) return;
  forget();
  void shift.drop();
});

function enter(found: User): void {
  user.value = found;
  away.value = false;
  if (shift.held()?.account !== found.id) void shift.drop();
  if (found.language === "zh" || found.language === "en") speak(found.language);
}

/** Ask the server who is signed in; nobody is no error. Who went from here without network is signed out first. */
export async function recall(): Promise<User | null> {
  if (user.value && !away.value) return user.value;
  try {
    const found = (await session.who()).user;
    if (localStorage.getItem(GONE) === String(found.id)) await session.signOut();
    else enter(found);
  } catch (error) {
    if (!(error instanceof Refused) || error.status !== 401) throw error;
  }
  localStorage.removeItem(GONE);
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
  localStorage.removeItem(GONE);
  enter(found);
  if (!ended.length) return;
  const devices = listed(ended.map((device) => device || t("sessions.unknown")));
  tellNot(t("sessions.crowdedOut", { devices }));
}

/** Go, within seconds. What was kept of rounds is told first; what could not be told stays under his account until he comes back, and he goes
 *  all the same. Where nobody answers, nothing of him is left here but that he went: the server is told when it is next asked who this is.
 *
 *  @throws Refused if the server says no
 */
export async function signOut(): Promise<void> {
  const gone = user.value?.id;
  await tellKept();
  const heard = await leave();
  forget();
  if (gone) localStorage.setItem(GONE, String(gone));
  await shift.drop();
  if (heard) localStorage.removeItem(GONE);
  else if (gone) tellNot(t("user.leftHere"));
  await soon(giveUp()).catch(() => tellNot(t("push.notGivenUp")));
}

/** Tell what was kept of rounds. */
async function tellKept(): Promise<void> {
  const kept = new Kept(community.value, user.value?.id ?? 0);
  if (!kept.all().length) return;
  try {
    await within((signal) => kept.tell((scans) => tours.tell(community.value, scans, signal)));
  } catch {
    tellNot(t("rounds.leftUntold"));
  }
}

/** Let the server end the session; return whether it answered. */
async function leave(): Promise<boolean> {
  try {
    await within(session.signOut);
    return true;
  } catch (error) {
    if (!(error instanceof Unreachable)) throw error;
    return false;
  }
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
  if (community.value && code !== community.value) actFor(null);
  community.value = code;
  localStorage.setItem(KEPT, code);
}

/** What is one's own, and nobody else's while one acts for a ward; one's privacy page tells whose it is by itself. */
const himself = (permission: string) => (permission.endsWith(".own") && permission !== "privacy.own") || permission === "places.public";

export const permissions = computed(() => {
  const own = user.value?.permissions[community.value] ?? [];
  return new Set(ward.value ? [...own.filter((one) => !himself(one)), ...ward.value.permissions] : own);
});

/** Tell whether the user may do something here, as `alarms.handle`. */
export function may(permission: string): boolean {
  return permissions.value.has(permission);
}

/** Tell whether he may do it in his own name, for whomever he acts: his own door rings all the same. */
export function mayOneself(permission: string): boolean {
  return (user.value?.permissions[community.value] ?? []).includes(permission);
}
