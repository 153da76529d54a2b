/** Which visitors' screen this browser is: its secret comes once, in the part of the address that no server sees, and stays here. */
import type { Screen } from "@linli/api";

const KEPT = "linli.kiosk";

/** Return the screen of an address; what stood behind its `#` is kept and taken out of the address. */
export function screenOf(community: string, device: string): { screen: Screen | null; fresh: boolean } {
  const secret = decodeURIComponent(location.hash.slice(1));
  if (secret) {
    localStorage.setItem(KEPT, JSON.stringify({ community, device, secret }));
    history.replaceState(history.state, "", location.pathname);
  }
  const kept = JSON.parse(localStorage.getItem(KEPT) ?? "null") as Screen | null;
  const mine = kept?.community === community && kept.device === device;
  return { screen: mine ? kept : null, fresh: Boolean(secret) };
}

/** The address that makes the browser that opens it a screen. */
export const addressOf = ({ community, device, secret }: Screen): string => `${location.origin}/kiosk/${community}/${encodeURIComponent(device)}#${encodeURIComponent(secret)}`;
