/** A browser rings for nobody but who is signed in on it: a telephone that is handed on must not go on telling what was meant for another. */
import { watch, type Ref } from "vue";
import { push, Refused, type User } from "@linli/api";
import { attempt } from "@/use/tell";
import { known, markOf } from "./device";

const NONE_FOR_HIM = "identity.not_allowed";

/** Return which of somebody's devices this browser is in a community; none where he may not have any. */
async function mineIn(community: string, mark: string) {
  try {
    return (await push.all(community)).items.find((one) => one.mark === mark);
  } catch (error) {
    if (error instanceof Refused && error.key === NONE_FOR_HIM) return undefined;
    throw error;
  }
}

/** Let what this browser rings for rest on the session of now, in each of somebody's communities; where it rings for another, end it. */
export async function settle(communities: string[]): Promise<void> {
  const found = await known();
  if (!found) return;
  const mark = await markOf(found.endpoint);
  let isMine = false;
  for (const community of communities) {
    const mine = await mineIn(community, mark);
    if (!mine) continue;
    isMine = true;
    await push.stay(community, mine.id);
  }
  if (!isMine) await found.unsubscribe();
}

/** Settle whenever somebody comes in. Of whom a password or a factor is asked first, that comes after it: until then he is refused everywhere. */
export function settleFor(user: Readonly<Ref<User | null>>): void {
  const within = () => (user.value && !user.value.must_change_password && !user.value.must_add_factor ? user.value.id : 0);
  watch(within, (id) => id && void attempt(() => settle(user.value?.communities.map(({ code }) => code) ?? [])), { immediate: true });
}

/** Let this browser be rung no more: its push service forgets it, whatever our server knows. */
export async function giveUp(): Promise<void> {
  await (await known())?.unsubscribe();
}
