/** Take the body out of an answer as what it is said to be; refusals were thrown before it came here. */
export async function body<T>(answer: Promise<{ data?: unknown }>): Promise<T> {
  return (await answer).data as T;
}

/** Leave out what does not narrow a list: empty texts, false, null. */
export function narrowed<T extends object>(query: T): Partial<T> {
  const kept = Object.entries(query).filter(([, value]) => value !== "" && value != null && value !== false);
  return Object.fromEntries(kept) as Partial<T>;
}

/** Return a key that makes one intention one request, however often it is sent. */
export function intention(): string {
  return crypto.randomUUID?.() ?? `${Date.now()}-${Math.random().toString(36).slice(2)}`;
}
