/** Scores of devices, for lists: read whole, since it holds only those that somebody looked at. */
import { computed, shallowRef } from "vue";
import { fleet } from "@linli/api";
import { community } from "@/use/session";
import type { Scores } from "./sift";

const PAGE = 500;
const MOST_PAGES = 20;

/** Worse than this is told in lists; what is well says nothing. */
export const WORTH_TELLING = 90;

export function useScores() {
  const scores = shallowRef<Scores>(new Map());

  /** Read the scores below what is worth telling. A list without them is a list all the same. */
  async function load(): Promise<void> {
    const found = new Map<string, number>();
    let cursor: string | undefined;
    for (let page = 0; page < MOST_PAGES; page += 1) {
      const got = await fleet.health(community.value, { below: WORTH_TELLING, cursor, limit: PAGE });
      for (const one of got.items) if (one.score !== null) found.set(one.device, one.score);
      cursor = (got.next as string | null | undefined) ?? undefined;
      if (!cursor) break;
    }
    scores.value = found;
  }
  return { scores: computed(() => scores.value), load };
}
