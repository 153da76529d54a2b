/** What a page is judged by: axe in light and dark, and a phone's width at the text's own size and at twice it. */
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";

const AXE = await readFile(createRequire(import.meta.url).resolve("axe-core"), "utf8");
/** What is well is not told of, node by node; no video is fetched to see whether it has words beside it. */
const FOUND = { resultTypes: ["violations"], preload: false };
const ALL = { ...FOUND, runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"] };
/** The dark look is the same page in other colours. */
const COLOURS = { ...FOUND, runOnly: { type: "rule", values: ["color-contrast"] } };

/** Of a long list the first few are judged: the others are the same again, and cost seconds. */
const FEW = { exclude: ["#main :is(li, tr, a, article):nth-child(n + 13)", "#main .list > div:nth-child(n + 4)"] };

/** In the page: be there when a change of looks is drawn. */
async function settled() {
  const frame = () => new Promise((done) => requestAnimationFrame(done));
  for (const next of [frame, frame, () => Promise.allSettled(document.getAnimations().map((one) => one.finished)), frame]) await next();
}

/** Return what axe finds on the page as it stands, a line each. */
export async function findings(page) {
  await page.evaluate(AXE);
  const found = [];
  for (const [colorScheme, rules] of [["light", ALL], ["dark", COLOURS]]) {
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    await page.evaluate(settled);
    const { violations } = await page.evaluate(([of, wanted]) => globalThis.axe.run(of, wanted), [FEW, rules]);
    const told = ({ html, any }) => `${html.slice(0, 160)} ${any[0]?.message ?? ""}`;
    found.push(...violations.map(({ id, nodes }) => `${colorScheme} ${id}: ${nodes.slice(0, 3).map(told).join(" | ")}`));
  }
  return found;
}

/** Return what hangs over the edge of a phone of 360 px, at the text's own size and at 200 %. */
export async function tooWide(page) {
  await page.setViewportSize({ width: 360, height: 780 });
  const found = [];
  for (const size of ["", "32px"]) {
    await page.evaluate((wanted) => (document.documentElement.style.fontSize = wanted), size);
    // A chart is drawn anew a moment after its box is smaller.
    for (let tries = 10; tries; tries--) {
      const beyond = await page.evaluate(overhang);
      if (tries === 1) found.push(...beyond.map((one) => `${size || "plain"}: ${one}`));
      if (!beyond.length) break;
      await page.waitForTimeout(100);
    }
  }
  await page.evaluate(() => (document.documentElement.style.fontSize = ""));
  return found;
}

/** In the page: how much wider it is than the screen, and what is. */
function overhang() {
  const main = document.getElementById("main");
  const over = Math.max(document.documentElement.scrollWidth - innerWidth, main.scrollWidth - main.clientWidth);
  if (over <= 1) return [];
  const beyond = [...main.querySelectorAll("*")].filter((one) => one.getBoundingClientRect().right > innerWidth + 1);
  return [`${over} px too wide`, ...beyond.slice(0, 5).map((one) => one.outerHTML.slice(0, 160))];
}

/** Let the page that is open speak "zh" or "en" from now on. */
export async function speak(page, language) {
  if ((await page.locator("html").getAttribute("lang")).startsWith(language)) return;
  await page.getByRole("button", { name: language === "en" ? /^EN/ : /^中/ }).click();
  await page.locator(`html[lang^=${language}]`).waitFor({ state: "attached" });
}
