/** The tours of a shift on the telephone itself, so that the page opens in a cellar: no names of colleagues, for one account, for hours, gone when he signs out. */
import type { OwnTours, Tour, User } from "@linli/api";

const NAME = "linli.shift";
/** The copies of the page that the worker keeps begin so. */
const SHELL = "linli-shell-";
const AFTER_MS = 2 * 3_600_000;
const LONGEST_MS = 16 * 3_600_000;

export interface Shift {
  account: number;
  language: string;
  community: { code: string; name: { zh: string; en: string } };
  savedMs: number;
  untilMs: number;
  tours: OwnTours;
}

/** Leave out who else walks, and what colleagues wrote. */
function bare(tour: Tour, account: number): Tour {
  return {
    ...tour,
    walker: tour.walker && { id: tour.walker.id === account ? account : 0, name: "" },
    case: null,
    points: tour.points.map((point) => ({ ...point, by: null, reason: "" })),
  };
}

export function hold(user: User, community: string, tours: OwnTours, nowMs = Date.now()): boolean {
  const where = user.communities.find(({ code }) => code === community);
  if (!where) return false;
  const ends = tours.items.map(({ ends_at }) => Date.parse(ends_at) + AFTER_MS);
  const shift: Shift = {
    account: user.id,
    language: user.language,
    community: { code: where.code, name: where.name },
    savedMs: nowMs,
    untilMs: Math.min(nowMs + LONGEST_MS, Math.max(nowMs + AFTER_MS, ...ends)),
    tours: { ...tours, items: tours.items.map((tour) => bare(tour, user.id)) },
  };
  try {
    localStorage.setItem(NAME, JSON.stringify(shift));
    return true;
  } catch {
    return false; // The telephone has no room: it opens with the network only.
  }
}

/** Return what is held; null where nothing is, or its time is over. */
export function held(nowMs = Date.now()): Shift | null {
  try {
    const shift = JSON.parse(localStorage.getItem(NAME) ?? "null") as Shift | null;
    return shift && nowMs < shift.untilMs && Array.isArray(shift.tours.items) ? shift : null;
  } catch {
    return null;
  }
}

/** Hold nothing any more, neither tours nor the page. */
export async function drop(): Promise<void> {
  localStorage.removeItem(NAME);
  if (!("caches" in globalThis)) return;
  const kept = (await caches.keys()).filter((name) => name.startsWith(SHELL));
  await Promise.all(kept.map((name) => caches.delete(name)));
}

/** Who he is as far as the telephone knows: enough for his rounds, and for nothing else. */
export function standIn({ account, language, community }: Shift): User {
  return {
    id: account,
    username: "",
    name: "",
    language,
    staff: false,
    communities: [community],
    roles: {},
    permissions: { [community.code]: ["tours.walk"] },
    factors: [],
    must_add_factor: false,
    must_change_password: false,
  };
}
