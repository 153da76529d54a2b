/** A list that moves while one looks: read again from its beginning, as far as its pages were turned. */
import type { Page } from "@linli/api";
import { useResource } from "./resource";

/** `P` is a page with whatever stands beside its items; it holds all items that were turned to. `once` keeps one of those that came on two pages. */
export function useParts<T, P extends Page<T>, C extends string | number>(read: (cursor?: C) => Promise<P>, once = (items: T[]): T[] => items) {
  let parts = 1;
  const found = useResource(async () => {
    const first = await read();
    const items = [...first.items];
    let next = first.next;
    for (let part = 1; next && part < parts; part += 1) {
      const page = await read(next as C);
      items.push(...page.items);
      next = page.next;
    }
    return { ...first, items: once(items), next };
  });

  /** Turn one page more, or begin anew with the first. */
  const more = (): Promise<void> => ((parts += 1), found.load());
  const anew = (): Promise<void> => ((parts = 1), (found.data.value = null), found.load());
  return { found, more, anew };
}
