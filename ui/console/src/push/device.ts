/** This browser as a device that rings when no page is open, and that opens the rounds without network: one worker does both. */

const WORKER = "/worker.js";
/** Where the worker stood that only rang: who agreed then is still rung by it. */
const BEFORE = "/assets/";

/** Tell whether this browser can be rung at all; on some telephones only once the site is on the home screen. */
export const able = (): boolean => "serviceWorker" in navigator && "PushManager" in window && "Notification" in window && isSecureContext;

const bytes = (text: string): Uint8Array<ArrayBuffer> => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (sign) => sign.charCodeAt(0));

async function worker(): Promise<ServiceWorkerRegistration> {
  const found = await navigator.serviceWorker.register(WORKER);
  const coming = found.installing ?? found.waiting;
  if (!found.active && coming)
    await new Promise<void>((resolve, refuse) =>
      coming.addEventListener("statechange", () => (coming.state === "activated" ? resolve() : coming.state === "redundant" && refuse(new Error("no worker")))),
    );
  return found;
}

/** Let the worker keep the page of the rounds, as it is now; tell whether it does. Where there is a newer worker it takes over. */
export async function keepPage(): Promise<boolean> {
  if (!("serviceWorker" in navigator) || !isSecureContext) return false;
  const found = await worker();
  void found.update().catch(() => undefined); // Without network there is nothing newer to be had.
  const { port1, port2 } = new MessageChannel();
  const answer = new Promise<boolean>((resolve) => (port1.onmessage = ({ data }) => resolve(data === true)));
  found.active?.postMessage("keep", [port2]);
  return answer;
}

/** Return the subscription that this browser has, if it has one. */
export async function known(): Promise<PushSubscription | null> {
  if (!able()) return null;
  for (const found of await navigator.serviceWorker.getRegistrations()) {
    const subscription = await found.pushManager.getSubscription();
    if (subscription) return subscription;
  }
  return null;
}

export class Refusal extends Error {}

const PATIENCE_MS = 20_000;
/** A browser that does not reach its push service may wait for ever. */
const soon = <T>(made: Promise<T>): Promise<T> =>
  Promise.race([made, new Promise<never>((_, refuse) => setTimeout(() => refuse(new Error("no push service")), PATIENCE_MS))]);

/** Ask the browser, and whoever sits before it, to be rung; a subscription for another key is given up first.
 *
 *  @throws Refusal if notifications are not allowed
 */
export async function subscribe(key: string): Promise<{ endpoint: string; keys: { p256dh: string; auth: string } }> {
  if ((await Notification.requestPermission()) !== "granted") throw new Refusal();
  const { pushManager } = await worker();
  const wish = { userVisibleOnly: true, applicationServerKey: bytes(key) };
  const made = await soon(pushManager.subscribe(wish)).catch(async (error: unknown) => {
    const before = await pushManager.getSubscription();
    if (!before) throw error;
    await before.unsubscribe();
    return soon(pushManager.subscribe(wish));
  });
  const registered = await navigator.serviceWorker.getRegistrations();
  await Promise.all(registered.filter(({ scope }) => new URL(scope).pathname === BEFORE).map((old) => old.unregister()));
  const { endpoint = "", keys = {} } = made.toJSON();
  return { endpoint, keys: { p256dh: keys.p256dh ?? "", auth: keys.auth ?? "" } };
}

/** Return the mark by which the server names an address. */
export async function markOf(endpoint: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(endpoint));
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
