/** Take the body out of an answer as what it is said to be; refusals were thrown before it came here. */
export async function body<T>(answer: Promise<{ data?: unknown }>): Promise<T> {
  return (await answer).data as T;
}

/** Read a list to its end, page after page, for a screen or a picker that needs all of it; `lists` name what each page holds a part of. */
export const whole = <P extends { next?: string | null }>(read: (cursor?: string) => Promise<P>, lists?: (keyof P)[]): Promise<P> => turned(read, lists);

/** The same of a list whose cursor is a number. */
export const wholeByNumber = <P extends { next?: number | null }>(read: (cursor?: number) => Promise<P>): Promise<P> => turned(read);

async function turned<C extends string | number, P extends { next?: C | null }>(read: (cursor?: C) => Promise<P>, lists: (keyof P)[] = ["items" as keyof P]): Promise<P> {
  const all = await read();
  for (let cursor = all.next; cursor; ) {
    const page = await read(cursor);
    for (const list of lists) (all[list] as unknown[]).push(...(page[list] as unknown[]));
    cursor = page.next;
  }
  return { ...all, next: null };
}

/** Keep one of each id, as it was read last: what moves between two pages of a list comes with both. */
export const latest = <T extends { id: number }>(items: T[]): T[] => [...new Map(items.map((one) => [one.id, one])).values()];

/** Return what asks for the part of a community's list that begins after a cursor. */
export const onwards = <C extends string | number>(community: string, cursor?: C) => ({ path: { community }, query: cursor ? { cursor } : {} });

/** Return what asks for the part of a list within a community that begins after a cursor. */
export const onwardsOf = <P extends object, C extends string | number>(path: P, cursor?: C) => ({ path, query: cursor ? { cursor } : {} });

/** Leave out what does not narrow a list: empty texts, false, null. */
export function narrowed<T extends object>(query: T): Partial<T> {
  const kept = Object.entries(query).filter(([, value]) => value !== "" && value != null && value !== false);
  return Object.fromEntries(kept) as Partial<T>;
}

/** Return a key that makes one intention one request, however often it is sent. */
export function intention(): string {
  return crypto.randomUUID?.() ?? `${Date.now()}-${Math.random().toString(36).slice(2)}`;
}
