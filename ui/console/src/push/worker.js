/** Shows what a push service brings when no page is open, and opens the page that belongs to it. For who walks tours it keeps the page of
 *  the rounds as it was built, so that it opens without network. It keeps nothing that the API answers, and reads nothing of it.
 *
 *  The build writes `SHELL` before it: which build it is, the script that its page begins with, and the files that the page needs. */
const KEPT = "linli-shell-";
const CACHE = `${KEPT}${SHELL.version}`;
const PAGE = "/";
const FILES = new Set(SHELL.files);
/** A network that is there and does not answer is none. */
const PATIENCE_MS = 4_000;

self.addEventListener("install", (event) => {
  self.skipWaiting();
  event.waitUntil(renew());
});
self.addEventListener("activate", (event) => event.waitUntil(takeOver()));

/** Keep the page and its files, all or none. A page of another build than this worker is not kept: it would look for files that are not there. */
async function keep() {
  const cache = await caches.open(CACHE);
  if (await cache.match(PAGE)) return;
  await cache.addAll(SHELL.files);
  const page = await fetch(PAGE, { cache: "no-store", credentials: "omit" });
  if (!page.ok || !(await page.clone().text()).includes(SHELL.entry)) throw new Error("another build");
  await cache.put(PAGE, page);
}

/** A new build keeps its page only where the one before was kept: who is merely rung needs none. */
async function renew() {
  if ((await caches.keys()).some((name) => name.startsWith(KEPT))) await keep();
}

async function takeOver() {
  const old = (await caches.keys()).filter((name) => name.startsWith(KEPT) && name !== CACHE);
  await Promise.all(old.map((name) => caches.delete(name)));
  await self.clients.claim();
}

const soon = (made) => Promise.race([made, new Promise((_, refuse) => setTimeout(() => refuse(new Error("too slow")), PATIENCE_MS))]);

/** Return the page from the network, which is never old; from what is kept where there is none, or nobody answers there. */
async function paged(request) {
  const kept = await caches.match(PAGE, { cacheName: CACHE });
  if (!kept) return fetch(request);
  try {
    const got = await soon(fetch(request));
    return got.status >= 500 ? kept : got;
  } catch {
    return kept;
  }
}

const filed = async (request) => (await caches.match(request, { cacheName: CACHE, ignoreSearch: true })) ?? fetch(request);
const ofRounds = ({ pathname }) => pathname === "/" || /^\/[a-z0-9_-]+\/rounds\/?$/.test(pathname);

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== self.location.origin) return;
  if (request.mode === "navigate") {
    if (ofRounds(url)) event.respondWith(paged(request));
  } else if (FILES.has(url.pathname)) event.respondWith(filed(request));
});

self.addEventListener("message", (event) => {
  if (event.data !== "keep") return;
  const kept = keep().then(() => true, () => false);
  event.waitUntil(kept.then((well) => event.ports[0]?.postMessage(well)));
});

/** Only pages of our own are opened, whatever a message says. */
const ours = (url) => {
  const found = new URL(typeof url === "string" ? url : "/", self.location.origin);
  return found.origin === self.location.origin ? found.href : `${self.location.origin}/`;
};

async function show(event) {
  let said = {};
  try {
    said = event.data?.json() ?? {};
  } catch {
    /* what cannot be read still rang: a browser wants to see a notice for it */
  }
  const text = (word) => (typeof word === "string" ? word : "");
  await self.registration.showNotification(text(said.title) || "邻里 Linli", {
    body: text(said.body),
    tag: text(said.tag) || "linli",
    renotify: true,
    requireInteraction: true,
    vibrate: [300, 200, 300],
    data: { url: ours(said.url) },
  });
}

async function opened(event) {
  const url = ours(event.notification.data?.url);
  const pages = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
  const open = pages.find((page) => page.url === url) ?? pages.find((page) => new URL(page.url).pathname.startsWith("/my") === new URL(url).pathname.startsWith("/my"));
  if (!open) return self.clients.openWindow(url);
  const page = await open.focus();
  if (page.url !== url) return page.navigate(url).catch(() => self.clients.openWindow(url));
  page.postMessage("rung");
  return page;
}

self.addEventListener("push", (event) => event.waitUntil(show(event)));
self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(opened(event));
});
