/** The calls of one's own home, and beside them those of the ward for whom one acts: each is answered as whose it is. */
import { Refused, type CallSide, type DoorCalls } from "@linli/api";

export interface Beside extends CallSide {
  /** Tell whether a call is the ward's, and not one's own too. */
  ofWard: (id: number) => boolean;
}

/** Nobody's guardian any more, or not at this hour: all his pages say so, and one's own door rings on. */
const NOT_NOW = [403, 404];

interface Known {
  side: CallSide | null;
  community: string;
  items: DoorCalls["items"];
}

/** Return the ward's calls; where they cannot be read, as they were `last`: trouble with them silences nobody's own door. */
async function callsOf(side: CallSide | null, community: string, last: Known): Promise<DoorCalls["items"]> {
  try {
    return side ? (await side.all(community)).items : [];
  } catch (error) {
    if (error instanceof Refused && NOT_NOW.includes(error.status)) return [];
    return last.side === side && last.community === community ? last.items : [];
  }
}

/** Return both as one side, the newest first; `theirs` is the same as long as one acts for the same ward, null while one acts for oneself. A call to a home of both is one's own. */
export function beside(own: CallSide, theirs: () => CallSide | null): Beside {
  const sides = new Map<number, CallSide>();
  let last: Known = { side: null, community: "", items: [] };
  const whose = (id: number) => sides.get(id) ?? own;
  return {
    ofWard: (id) => sides.has(id),
    async all(community) {
      const side = theirs();
      const [mine, others] = await Promise.all([own.all(community), callsOf(side, community, last)]);
      last = { side, community, items: others };
      const known = new Set(mine.items.map(({ id }) => id));
      const more = others.filter(({ id }) => !known.has(id));
      known.forEach((id) => sides.delete(id));
      more.forEach(({ id }) => side && sides.set(id, side));
      return { ...mine, items: [...mine.items, ...more].sort((one, other) => other.id - one.id), next: null };
    },
    act: (community, id, act) => whose(id).act(community, id, act),
    picture: (community, id, sdp) => whose(id).picture(community, id, sdp),
    talk: (community, id, sdp) => whose(id).talk(community, id, sdp),
    say: (community, id, phrase) => whose(id).say(community, id, phrase),
  };
}
