import { createRouter, createWebHistory, type RouteRecordRaw } from "vue-router";
import { hisPage, livesHere, MY } from "./resident/tabs";
import SignInPage from "./pages/SignInPage.vue";
import { first } from "./shell/nav";
import { held } from "./rounds/shift";
import { away, enterCommunity, homeCommunity, recall, recallForRounds, user } from "./use/session";

const pages: RouteRecordRaw[] = [
  { path: "", name: "overview", component: () => import("./pages/OverviewPage.vue") },
  { path: "alarms/:id(\\d+)?", name: "alarms", component: () => import("./pages/AlarmsPage.vue") },
  { path: "map", name: "map", component: () => import("./pages/MapPage.vue") },
  { path: "devices", name: "devices", component: () => import("./pages/DevicesPage.vue") },
  { path: "devices/:code", name: "device", meta: { title: "devices" }, component: () => import("./pages/DevicePage.vue") },
  { path: "fleet/new", name: "device-new", meta: { title: "devices" }, component: () => import("./pages/DeviceFormPage.vue") },
  { path: "devices/:code/edit", name: "device-edit", meta: { title: "devices" }, component: () => import("./pages/DeviceFormPage.vue") },
  { path: "l/:text(.*)", name: "label", meta: { title: "devices" }, component: () => import("./pages/LabelPage.vue") },
  { path: "fleet/lines", name: "lines", meta: { title: "devices" }, component: () => import("./pages/LinesPage.vue") },
  { path: "fleet/newcomers", name: "newcomers", meta: { title: "devices" }, component: () => import("./pages/NewcomersPage.vue") },
  { path: "fleet/health", name: "health", meta: { title: "devices" }, component: () => import("./pages/HealthPage.vue") },
  { path: "fleet/bulk", name: "bulks", meta: { title: "devices" }, component: () => import("./pages/BulksPage.vue") },
  { path: "fleet/bulk/:id(\\d+)", name: "bulk", meta: { title: "devices" }, component: () => import("./pages/BulkPage.vue") },
  { path: "campaigns", name: "campaigns", meta: { title: "devices" }, component: () => import("./pages/CampaignsPage.vue") },
  { path: "campaigns/new", name: "campaign-new", meta: { title: "devices" }, component: () => import("./pages/CampaignFormPage.vue") },
  { path: "campaigns/:id(\\d+)", name: "campaign", meta: { title: "devices" }, component: () => import("./pages/CampaignPage.vue") },
  { path: "commands", name: "commands", meta: { title: "devices" }, component: () => import("./pages/CommandsPage.vue") },
  { path: "cases", name: "cases", component: () => import("./pages/CasesPage.vue") },
  { path: "cases/:id(\\d+)", name: "case", meta: { title: "cases" }, component: () => import("./pages/CasePage.vue") },
  { path: "scenes", name: "scenes", component: () => import("./pages/ScenesPage.vue") },
  { path: "scenes/changes", name: "scene-changes", meta: { title: "scenes" }, component: () => import("./pages/SceneChangesPage.vue") },
  { path: "scenes/conflicts", name: "scene-conflicts", meta: { title: "scenes" }, component: () => import("./pages/ConflictsPage.vue") },
  { path: "scenes/proposals", name: "scene-proposals", meta: { title: "scenes" }, component: () => import("./pages/ProposalsPage.vue") },
  { path: "scenes/new", name: "scene-new", meta: { title: "scenes" }, component: () => import("./pages/SceneEditPage.vue") },
  { path: "scenes/:id", name: "scene", meta: { title: "scenes" }, component: () => import("./pages/ScenePage.vue") },
  { path: "scenes/:id/edit", name: "scene-edit", meta: { title: "scenes" }, component: () => import("./pages/SceneEditPage.vue") },
  { path: "causes/:id(.*)", name: "chain", component: () => import("./pages/ChainPage.vue") },
  { path: "notices", name: "notices", component: () => import("./pages/NoticesPage.vue") },
  { path: "register", name: "register", redirect: { name: "places" } },
  { path: "register/places/:place(.*)?", name: "places", meta: { title: "register" }, component: () => import("./pages/PlacesPage.vue") },
  { path: "register/import", name: "import", meta: { title: "register" }, component: () => import("./pages/ImportPage.vue") },
  { path: "register/cells", name: "cells", meta: { title: "register" }, component: () => import("./pages/CellsPage.vue") },
  { path: "register/:kind", name: "list", meta: { title: "register" }, component: () => import("./pages/RegisterPage.vue") },
  { path: "broadcasts", name: "broadcasts", component: () => import("./pages/BroadcastsPage.vue") },
  { path: "modes", name: "modes", component: () => import("./pages/ModesPage.vue") },
  { path: "system", name: "system", component: () => import("./pages/SystemPage.vue") },
  { path: "approvals", name: "approvals", component: () => import("./pages/ApprovalsPage.vue") },
  { path: "rights", name: "rights", component: () => import("./pages/RightsPage.vue") },
  { path: "privacy", name: "privacy", component: () => import("./pages/PrivacyPage.vue") },
  { path: "audit", name: "audit", component: () => import("./pages/AuditPage.vue") },
  { path: "privacy/desk", name: "privacy-desk", component: () => import("./pages/PrivacyDeskPage.vue") },
  { path: "tours/:id(\\d+)?", name: "tours", component: () => import("./pages/ToursPage.vue") },
  { path: "rounds", name: "rounds", component: () => import("./pages/RoundsPage.vue") },
  { path: "sos/:id(\\d+)?", name: "sos", component: () => import("./pages/SosPage.vue") },
  { path: "sos/trees", name: "sos-trees", component: () => import("./pages/SosTreesPage.vue") },
  { path: "incidents", name: "incidents", component: () => import("./pages/IncidentsPage.vue") },
  { path: "releases", name: "releases", component: () => import("./pages/ReleasesPage.vue") },
  { path: "account", name: "account", component: () => import("./pages/AccountPage.vue") },
  { path: "charging", name: "charging", component: () => import("./pages/ChargingPage.vue") },
  { path: "charging/tariffs", name: "charging-tariffs", meta: { title: "charging" }, component: () => import("./pages/ChargingTariffsPage.vue") },
  { path: "doors/:door?", name: "doors", component: () => import("./pages/DoorsPage.vue") },
  { path: "doors/:door/edit", name: "door-edit", meta: { title: "doors" }, component: () => import("./pages/DoorFormPage.vue") },
  { path: "duty-doors", name: "duty-doors", component: () => import("./pages/DutyDoorsPage.vue") },
  { path: "door-new", name: "door-new", meta: { title: "doors" }, component: () => import("./pages/DoorFormPage.vue") },
  { path: "door-rights", name: "door-rights", meta: { title: "doors" }, component: () => import("./pages/DoorRightsPage.vue") },
  { path: "door-groups", name: "door-groups", meta: { title: "doors" }, component: () => import("./pages/DoorGroupsPage.vue") },
  { path: "barred", name: "barred", meta: { title: "doors" }, component: () => import("./pages/BarredPage.vue") },
  { path: "passages", name: "passages", meta: { title: "doors" }, component: () => import("./pages/PassagesPage.vue") },
  { path: "credentials", name: "credentials", meta: { title: "doors" }, component: () => import("./pages/CredentialsPage.vue") },
  { path: "exchange", name: "exchange", component: () => import("./pages/ExchangePage.vue") },
  { path: "gate", name: "gate", component: () => import("./pages/GatePage.vue") },
  { path: "finance", name: "finance", component: () => import("./pages/FinancePage.vue") },
  { path: "finance/accounts/:account?", name: "finance-accounts", meta: { title: "finance" }, component: () => import("./pages/LedgerPage.vue") },
  { path: "finance/cash", name: "cash", component: () => import("./pages/CashPage.vue") },
  { path: "finance/takers", name: "takers", component: () => import("./pages/TakersPage.vue") },
  { path: "parking", name: "parking", component: () => import("./pages/ParkingPage.vue") },
  { path: "parking/sightings", name: "parking-sightings", meta: { title: "parking" }, component: () => import("./pages/ParkingSightingsPage.vue") },
  { path: "parking/report", name: "parking-report", component: () => import("./pages/ParkingReportPage.vue") },
  { path: "parking/lots", name: "parking-lots", meta: { title: "parking" }, component: () => import("./pages/ParkingLotsPage.vue") },
  { path: "parking/shifts", name: "parking-shifts", meta: { title: "parking" }, component: () => import("./pages/ParkingShiftsPage.vue") },
  { path: "parking/tariffs", name: "parking-tariffs", meta: { title: "parking" }, component: () => import("./pages/ParkingTariffsPage.vue") },
  { path: "parking/permits", name: "parking-permits", meta: { title: "parking" }, component: () => import("./pages/ParkingPermitsPage.vue") },
  { path: "parking/wishes", name: "parking-wishes", meta: { title: "parking" }, component: () => import("./pages/ParkingWishesPage.vue") },
  { path: "parking/lists", name: "parking-lists", meta: { title: "parking" }, component: () => import("./pages/ParkingListsPage.vue") },
  { path: "parking/coupons", name: "parking-coupons", meta: { title: "parking" }, component: () => import("./pages/ParkingCouponsPage.vue") },
  { path: "market", name: "market", component: () => import("./pages/MarketPage.vue") },
  { path: "agree", name: "agree", meta: { title: "agree", alone: true }, component: () => import("./pages/AgreePage.vue") },
  { path: "more", name: "more", component: () => import("./pages/MorePage.vue") },
].map((page) => ({ meta: { title: page.name }, ...page })) as RouteRecordRaw[];

export const router = createRouter({
  history: createWebHistory(),
  scrollBehavior: (_to, _from, saved) => saved ?? { top: 0 },
  routes: [
    // Not by itself like the others: who goes without network comes here.
    { path: "/sign-in", name: "sign-in", component: SignInPage },
    { path: "/password", name: "password", component: () => import("./pages/PasswordPage.vue") },
    { path: "/factor", name: "factor", component: () => import("./pages/FactorPage.vue") },
    { path: "/account", name: "own-account", component: () => import("./pages/MissingPage.vue") },
    { path: "/", name: "home", component: () => import("./pages/MissingPage.vue") },
    { path: "/v/:link", name: "guest", meta: { title: "guest" }, component: () => import("./pages/GuestPage.vue") },
    { path: "/kiosk/:community/:device", name: "kiosk", meta: { title: "kiosk", open: true }, component: () => import("./pages/KioskPage.vue") },
    { path: "/pay/:community/lane/:lane", name: "pay-lane", meta: { title: "pay", open: true }, component: () => import("./pages/PayPage.vue") },
    { path: "/pay/:community/order/:number", name: "pay-order", meta: { title: "pay-order", open: true }, component: () => import("./pages/PayOrderPage.vue") },
    { path: "/pay/:community/:at", name: "pay", meta: { title: "pay", open: true }, component: () => import("./pages/PayPage.vue") },
    { path: "/my", component: () => import("./resident/ResidentShell.vue"), children: MY },
    { path: "/:community([a-z0-9_-]+)", children: pages },
    { path: "/:rest(.*)*", name: "missing", component: () => import("./pages/MissingPage.vue") },
  ],
});

router.beforeEach(async (to) => {
  if (to.name === "sign-in" || to.name === "guest" || to.meta.open) return true;
  const rounds = to.name === "rounds" ? to.params.community === held()?.community.code : to.name === "home";
  const known = await (rounds ? recallForRounds() : recall()).catch(() => null);
  if (!known && away.value) return false;
  if (!known) return { name: "sign-in", query: { to: to.fullPath === "/" ? undefined : to.fullPath } };
  const must = known.must_change_password ? "password" : known.must_add_factor ? "factor" : null;
  if (to.name === "password" || (to.name === "factor" && must !== "password")) return true;
  if (must) return { name: must, query: { to: to.fullPath === "/" ? undefined : to.fullPath } };
  const home = homeCommunity();
  if (to.name === "home" && away.value) return { name: "rounds", params: { community: home } };
  if (to.name === "home" && livesHere(user.value?.roles[home])) return { name: "my" };
  if (to.path.startsWith("/my") && home) enterCommunity(home);
  if (to.name === "home" && home) return { name: first(user.value?.permissions[home] ?? []), params: { community: home } };
  if (to.name === "own-account" && home) return { name: "account", params: { community: home }, query: to.query };
  if (typeof to.params.community !== "string") return true;
  enterCommunity(to.params.community);
  return hisPage(String(to.name), to.params, user.value?.roles[to.params.community]) ?? true;
});
