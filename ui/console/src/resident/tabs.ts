/** What a resident finds under his thumb, and the pages behind each tab. A new tab, or a new page, is one line. */
import type { Component } from "vue";
import type { RouteLocationRaw, RouteParams, RouteRecordRaw } from "vue-router";

type Name = "doors" | "visitors" | "car" | "charging" | "wallet";

interface Tab {
  name: Name;
  /** What one must hold to find it. */
  needs: string;
  page: () => Promise<Component>;
}

interface Behind {
  /** Below /my; `visitors/new` is the route `my-visitors-new`, `visitors/:id` is `my-visitors-id`. */
  path: string;
  /** Which tab stays lit. */
  title: Name | "me";
  page: () => Promise<Component>;
}

const ORDER: readonly Name[] = ["doors", "visitors", "car", "charging", "wallet"];

const FOUND: readonly Tab[] = [
  { name: "doors", needs: "doors.own", page: () => import("./doors/DoorsPage.vue") },
  { name: "car", needs: "parking.own", page: () => import("./parking/CarPage.vue") },
  { name: "charging", needs: "charging.own", page: () => import("./charging/ChargingPage.vue") },
  { name: "visitors", needs: "visits.own", page: () => import("./visits/VisitsPage.vue") },
  { name: "wallet", needs: "money.own", page: () => import("./wallet/WalletPage.vue") },
];

/** In the order in which they stand; five at most. */
export const TABS: readonly Tab[] = [...FOUND].sort((one, other) => ORDER.indexOf(one.name) - ORDER.indexOf(other.name));

const BEHIND: readonly Behind[] = [
  { path: "doors/ways", title: "doors", page: () => import("./doors/WaysPage.vue") },
  { path: "doors/passages", title: "doors", page: () => import("./doors/PassagesPage.vue") },
  { path: "car/coupons", title: "car", page: () => import("./parking/CouponsPage.vue") },
  { path: "car/wishes", title: "car", page: () => import("./parking/WishesPage.vue") },
  { path: "car/places", title: "car", page: () => import("./parking/PlacesPage.vue") },
  { path: "charging/:number(LL[0-9A-F]+)", title: "charging", page: () => import("./charging/SessionPage.vue") },
  { path: "charging/sites/:site", title: "charging", page: () => import("./charging/SitePage.vue") },
  { path: "charging/code", title: "charging", page: () => import("./charging/CodePage.vue") },
  { path: "charging/plates", title: "charging", page: () => import("./charging/PlatesPage.vue") },
  { path: "visitors/new", title: "visitors", page: () => import("./visits/InvitePage.vue") },
  { path: "visitors/:id(\\d+)", title: "visitors", page: () => import("./visits/VisitPage.vue") },
  { path: "wallet/orders/:number", title: "wallet", page: () => import("./wallet/OrderPage.vue") },
  { path: "cases/:id(\\d+)", title: "me", page: () => import("./cases/CasePage.vue") },
  { path: "household", title: "me", page: () => import("./household/HouseholdPage.vue") },
  { path: "plan", title: "me", page: () => import("./plan/PlanPage.vue") },
  { path: "help", title: "me", page: () => import("./home/HelpPage.vue") },
  { path: "home", title: "me", page: () => import("./home/OwnHomePage.vue") },
  { path: "me", title: "me", page: () => import("./MePage.vue") },
  { path: "privacy", title: "me", page: () => import("@/pages/PrivacyPage.vue") },
  { path: "market", title: "me", page: () => import("@/pages/MarketPage.vue") },
  { path: "account", title: "me", page: () => import("@/pages/AccountPage.vue") },
  { path: "notices", title: "me", page: () => import("@/pages/NoticesPage.vue") },
];

const route = (path: string) => `my-${path.replace(/\(.*?\)/g, "").replace(/[^a-z]+/g, "-")}`;

export const MY: RouteRecordRaw[] = [
  { path: "", name: "my", component: () => import("./HomePage.vue") },
  ...TABS.map(({ name, page }) => ({ path: name, name: `my-${name}`, meta: { title: name }, component: page })),
  ...BEHIND.map(({ path, title, page }) => ({ path, name: route(path), meta: { title }, component: page })),
];

/** Return the name of the page on which somebody begins, as the address bar names it: his first tab; who only trades here has no door of his own and begins
 *  with what he gives his customers.
 */
export function firstPage(roles: readonly string[], may: (permission: string) => boolean): string {
  const trades = roles.length > 0 && roles.every((role) => role === "merchant");
  if (trades && may("parking.coupon")) return "my-car-coupons";
  return `my-${TABS.find(({ needs }) => may(needs))?.name ?? "me"}`;
}

/** Pages of the console of which who only lives here has one of his own. */
const HIS: Record<string, string> = { case: "my-cases-id", sos: "my-help" };

/** Return the page on which somebody finds what a link of the console leads to; null where that is the one, or there is none of his own. */
export function hisPage(name: string, params: RouteParams, roles: readonly string[] | undefined): RouteLocationRaw | null {
  const page = livesHere(roles) ? HIS[name] : undefined;
  if (!page) return null;
  return page === "my-cases-id" ? { name: page, params: { id: params.id! } } : { name: page };
}

const LIVING = new Set(["resident", "household_head", "guardian", "proxy_helper", "merchant"]);

/** Tell whether somebody only lives here: his own pages are then where he begins. */
export function livesHere(roles: readonly string[] = []): boolean {
  return roles.length > 0 && roles.every((role) => LIVING.has(role));
}
