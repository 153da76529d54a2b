/** Shows what a push service brings when no page is open, and opens the page that belongs to it. It keeps nothing and reads nothing else. */
self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

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
  return page.url === url ? page : page.navigate(url).catch(() => self.clients.openWindow(url));
}

self.addEventListener("push", (event) => event.waitUntil(show(event)));
self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(opened(event));
});
