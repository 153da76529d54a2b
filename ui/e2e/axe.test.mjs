/** Every page, in both languages and looks, without a finding of axe; and the phone shows no sideways scroll. */
import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { after, before, test } from "node:test";
import { open, signIn } from "./browser.mjs";
import { start } from "./system.mjs";

const AXE = createRequire(import.meta.url).resolve("axe-core");
const PAGES = [
  "", "/alarms", "/alarms/1", "/map", "/devices", "/devices/try-co", "/commands", "/cases", "/cases?view=list",
  "/cases/1", "/scenes", "/scenes/safety.garage_air.co_over_limit", "/scenes/changes", "/scenes/conflicts", "/scenes/proposals",
  "/scenes/safety.garage_air.co_over_limit?tab=versions", "/scenes/safety.garage_air.co_over_limit?tab=shadow", "/notices", "/register/places", "/register/people",
  "/register/staff", "/register/import", "/register/cells", "/broadcasts", "/modes", "/system", "/account", "/approvals", "/rights", "/more",
];
const RULES = { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"] };

let system, context, page;

before(async () => {
  system = await start();
  context = await open();
  page = context.pages()[0] ?? (await context.newPage());
  await signIn(page, system, "manager");
  await trouble();
});

/** Let a reading cross its limit, so that the desk, the board and a case have something to show. */
async function trouble() {
  await fetch(`${system.url}/push/v1/${system.community}/try-co/readings`, {
    method: "POST",
    headers: { Authorization: `Bearer ${system.device.password}`, "Content-Type": "application/json" },
    body: JSON.stringify({ co_mg_m3: 66 }),
  });
  await page.goto(`${system.url}/${system.community}/cases?view=list`);
  await page.getByText("车库一氧化碳超标").first().waitFor();
}

after(async () => {
  await context?.close();
  await system?.stop();
});

async function settle(path) {
  await page.goto(`${system.url}/${system.community}${path}`);
  await page.locator("main h1, main h2, main p, main table, main ul").first().waitFor({ state: "attached" });
  await page.waitForLoadState("networkidle");
}

async function findings() {
  await page.addScriptTag({ path: AXE }).catch(async () => page.evaluate(await (await import("node:fs/promises")).readFile(AXE, "utf8")));
  const { violations } = await page.evaluate((rules) => globalThis.axe.run(document, rules), RULES);
  return violations.map(({ id, nodes }) => `${id}: ${nodes.slice(0, 3).map((node) => `${node.html.slice(0, 160)} ${node.any[0]?.message ?? ""}`).join(" | ")}`);
}

for (const theme of ["light", "dark"]) {
  for (const path of PAGES) {
    test(`${path || "/"} in ${theme} has no finding`, async () => {
      await page.emulateMedia({ colorScheme: theme, reducedMotion: "reduce" });
      await settle(path);

      assert.deepEqual(await findings(), []);
    });
  }
}

for (const path of PAGES) {
  test(`${path || "/"} fits a phone of 360 px, with text at 200 % too`, async () => {
    await page.emulateMedia({ colorScheme: "light", reducedMotion: "reduce" });
    await page.setViewportSize({ width: 360, height: 780 });
    await settle(path);
    const wide = () => page.evaluate(() => {
      const main = document.getElementById("main");
      if (Math.max(document.documentElement.scrollWidth - innerWidth, main.scrollWidth - main.clientWidth) <= 1) return [];
      const beyond = [...main.querySelectorAll("*")].filter((one) => one.getBoundingClientRect().right > innerWidth + 1);
      return ["wider than the screen", ...beyond.slice(0, 5).map((one) => one.outerHTML.slice(0, 120))];
    });

    assert.deepEqual(await wide(), []);
    await page.evaluate(() => (document.documentElement.style.fontSize = "32px"));
    assert.deepEqual(await wide(), []);
  });
}
