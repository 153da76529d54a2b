/** The Content-Security-Policy: no page needs what it forbids, and a style that somebody smuggled in does nothing. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { open, signIn } from "./browser.mjs";
import { eventually, push } from "./hands.mjs";
import { start } from "./system.mjs";

const STAFF = [
  "", "/alarms", "/map", "/devices", "/devices/try-co", "/fleet/new", "/fleet/lines", "/fleet/newcomers", "/fleet/health", "/fleet/bulk",
  "/campaigns", "/campaigns/new", "/commands", "/cases", "/scenes", "/scenes/new", "/scenes/changes", "/scenes/conflicts", "/scenes/safety.garage_air.co_over_limit",
  "/notices", "/register/places", "/register/people", "/register/import", "/register/cells", "/broadcasts", "/modes", "/system", "/approvals", "/rights",
  "/privacy", "/privacy/desk", "/audit", "/tours", "/rounds", "/sos", "/sos/trees", "/incidents", "/releases", "/account", "/charging", "/charging/tariffs", "/doors",
  "/duty-doors", "/door-new", "/door-rights", "/door-groups", "/barred", "/passages", "/credentials", "/exchange", "/gate", "/finance", "/finance/accounts",
  "/finance/cash", "/parking", "/parking/sightings", "/parking/report", "/parking/lots", "/parking/shifts", "/parking/tariffs", "/parking/permits", "/market", "/more",
];
const RESIDENT = [
  "", "/doors", "/car", "/charging", "/visitors", "/visitors/new", "/wallet", "/household", "/help", "/home", "/me", "/privacy", "/market", "/account",
];

let system;
const contexts = [];

before(async () => (system = await start()));
after(async () => {
  for (const context of contexts) await context.close();
  await system?.stop();
});

/** Sign in; return a page and what the browser refused since. */
async function watched(role) {
  const context = await open();
  contexts.push(context);
  const page = context.pages()[0];
  const refused = [];
  await page.exposeFunction("policyRefused", (what) => refused.push(what));
  await page.addInitScript(() => {
    document.addEventListener("securitypolicyviolation", (one) => window.policyRefused(`${location.pathname}: ${one.effectiveDirective} ${one.blockedURI} ${one.sample}`));
  });
  page.setDefaultTimeout(40_000);
  await signIn(page, system, role);
  return { page, refused };
}

test("no page of staff needs what it forbids", async () => {
  const { page, refused } = await watched("manager");
  for (const path of STAFF) {
    await page.goto(`${system.url}/${system.community}${path}`);
    await page.locator("#main h1").first().waitFor();
    await page.waitForLoadState("networkidle");
  }
  assert.deepEqual(refused, []);
});

test("nor does a resident's", async () => {
  const { page, refused } = await watched("resident");
  for (const path of RESIDENT) {
    await page.goto(`${system.url}/my${path}`);
    await page.waitForLoadState("networkidle");
  }
  assert.deepEqual(refused, []);
});

test("a sheet to print keeps its style, and runs nothing", async () => {
  const { page, refused } = await watched("manager");
  const api = `${system.url}/api/v1/${system.community}`;
  const sites = await (await page.request.get(`${api}/charging/sites`)).json();
  await page.goto(`${api}/charging/sites/${sites.items[0].code}/stickers`);

  assert.equal(await page.evaluate(() => getComputedStyle(document.querySelector("main")).display), "flex");
  assert.deepEqual(refused, []);
});

test("what a chart tells of a moment needs nothing either", async () => {
  const { page, refused } = await watched("manager");
  await eventually(async () => (await push(system, "try-co", system.device.password, { co_mg_m3: 12 })) === 200);
  await page.goto(`${system.url}/${system.community}/devices/try-co`);
  await page.locator("canvas").first().waitFor();
  await page.locator("canvas").first().hover();
  await page.waitForLoadState("networkidle");

  assert.deepEqual(refused, []);
});

test("a style that was smuggled into a page does nothing, in a sheet or at an element", async () => {
  const { page, refused } = await watched("manager");
  const shown = await page.evaluate(() => {
    const smuggled = document.createElement("style");
    smuggled.textContent = "#app { display: none }";
    document.head.append(smuggled);
    const beside = document.createElement("div");
    beside.innerHTML = "<p style='display: none'>x</p>";
    document.body.append(beside);
    return [document.querySelector("#app"), beside.firstChild].map((one) => getComputedStyle(one).display);
  });
  await eventually(async () => refused.length === 2);

  assert.ok(!shown.includes("none"), shown.join());
  assert.match(refused.sort().join(), /style-src-attr inline.*style-src-elem inline/s);
});
