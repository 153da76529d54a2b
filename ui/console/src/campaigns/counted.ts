/** How far the devices of a campaign are, of their counts by state. */
export const TARGETS = ["waiting", "told", "downloading", "installing", "done", "failed", "skipped", "rolled_back"] as const;

export interface Counted {
  done: number;
  failed: number;
}

/** While it is rolled back, done is who has again what it had. */
export function counted(counts: Record<string, number>, state: string): Counted {
  const back = state === "rolling_back" || state === "rolled_back";
  return { done: (back ? counts.rolled_back : counts.done) ?? 0, failed: counts.failed ?? 0 };
}

export const moves = (state: string) => state === "running" || state === "rolling_back";
