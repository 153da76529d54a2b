/** Where one can go, the key that follows `g`, and what one must hold to find anything there. */
export const PLACES = [
  { name: "overview", key: "o", needs: "devices.read" },
  { name: "alarms", key: "a", needs: "alarms.read" },
  { name: "cases", key: "c", needs: "cases.read" },
  { name: "map", key: "m", needs: "register.read" },
  { name: "devices", key: "d", needs: "devices.read" },
  { name: "scenes", key: "s", needs: "scenes.read" },
  { name: "register", key: "r", needs: "register.read" },
] as const;

/** Work that has a page of its own comes before looking at the map or the register. */
const STARTS = [...PLACES.slice(0, 3), { name: "finance", needs: "money.read" }, ...PLACES.slice(3)];

/** Where one begins: the first place where there is something to see, else the page about oneself. */
export function first(held: readonly string[]): string {
  return STARTS.find(({ needs }) => held.includes(needs))?.name ?? "privacy";
}

/** What fits under a thumb; the rest is under "more". */
export const THUMB = ["overview", "alarms", "cases", "map"] as const;
