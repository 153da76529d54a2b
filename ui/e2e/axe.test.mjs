/** Every page, in both looks, without a finding of axe; and in both languages no sideways scroll on a phone, with text at 200 % too. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { open, signIn } from "./browser.mjs";
import { eventually, push } from "./hands.mjs";
import { findings, speak, tooWide } from "./judge.mjs";
import { start } from "./system.mjs";

const GRAVE = "/scenes/safety.garage_air.co_over_limit";
const PAGES = [
  "", "/alarms", "/alarms/1", "/map", "/devices", "/devices/try-co", "/commands", "/cases", "/cases?view=list", "/cases/1",
  "/fleet/health", "/fleet/newcomers", "/fleet/bulk", "/campaigns", "/campaigns/new",
  "/scenes", GRAVE, "/scenes/changes", "/scenes/conflicts", "/scenes/proposals", `${GRAVE}?tab=versions`, `${GRAVE}?tab=shadow`,
  "/notices", "/broadcasts", "/modes", "/system", "/account", "/approvals", "/rights", "/privacy", "/privacy/desk", "/market", "/exchange", "/releases", "/more",
  "/finance", "/finance/accounts", "/finance/cash", "/finance/takers", "/sos", "/sos/trees", "/gate",
  "/register/places", "/register/people", "/register/staff", "/register/import", "/register/cells",
];

let system, context, page;

before(async () => {
  system = await start();
  context = await open();
  page = context.pages()[0] ?? (await context.newPage());
  page.setDefaultTimeout(40_000);
  await signIn(page, system, "manager");
  // A reading over its limit, so that the desk, the board and a case have something to show.
  await eventually(async () => (await push(system, "try-co", system.device.password, { co_mg_m3: 66 })) === 200);
  await page.goto(`${system.url}/${system.community}/cases?view=list`);
  await page.getByText("车库一氧化碳超标").first().waitFor();
});

after(async () => {
  await context?.close();
  await system?.stop();
});

for (const path of PAGES) {
  test(`${path || "/"} has no finding in light and dark, and fits a phone of 360 px`, async () => {
    await page.setViewportSize({ width: 1440, height: 900 });
    await page.goto(`${system.url}/${system.community}${path}`);
    await page.locator("#main h1").first().waitFor();
    await page.waitForLoadState("networkidle");

    assert.deepEqual(await findings(page), []);
    for (const language of ["en", "zh"]) {
      await speak(page, language);
      assert.deepEqual(await tooWide(page), [], language);
    }
  });
}
