/** A browser rings for nobody but who is signed in on it: a telephone that is handed on must not go on telling what was meant for another. */
import { push, Refused } from "@linli/api";
import { known, markOf } from "./device";

const FORBIDDEN = 403;

/** Return which of somebody's devices this browser is in a community; none where he may not have any. */
async function mineIn(community: string, mark: string) {
  try {
    return (await push.all(community)).items.find((one) => one.mark === mark);
  } catch (error) {
    if (error instanceof Refused && error.status === FORBIDDEN) return undefined;
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

/** Let this browser be rung no more: its push service forgets it, whatever our server knows. */
export async function giveUp(): Promise<void> {
  await (await known())?.unsubscribe();
}
