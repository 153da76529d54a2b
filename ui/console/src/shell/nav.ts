/** Where one can go, and the key that follows `g`. */
export const PLACES = [
  { name: "overview", key: "o" },
  { name: "alarms", key: "a" },
  { name: "cases", key: "c" },
  { name: "map", key: "m" },
  { name: "devices", key: "d" },
  { name: "scenes", key: "s" },
  { name: "register", key: "r" },
] as const;

/** What fits under a thumb; the rest is under "more". */
export const THUMB = ["overview", "alarms", "cases", "map"] as const;
