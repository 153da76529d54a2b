/** Take pictures of pages for a look with one's own eyes.
 *  node look.mjs OUT "/path /path …" [width=1440] [lang=zh] [theme=light] [zoom=1] [role=manager] */
import { mkdir } from "node:fs/promises";
import { open, signIn } from "./browser.mjs";
import { start } from "./system.mjs";

const [out, paths, ...pairs] = process.argv.slice(2);
const set = Object.fromEntries(pairs.map((pair) => pair.split("=")));
const width = Number(set.width ?? 1440);
const system = await start();
const context = await open({
  viewport: { width, height: Number(set.height ?? (width < 500 ? 780 : 900)) },
  colorScheme: set.theme ?? "light",
});
const page = context.pages()[0] ?? (await context.newPage());
page.on("console", (line) => line.type() === "error" && console.log("console:", line.text().slice(0, 300)));
page.on("pageerror", (error) => console.log("page error:", error.message.slice(0, 400)));
await mkdir(out, { recursive: true });
await page.goto(`${system.url}/sign-in`);
await page.evaluate((language) => localStorage.setItem("linli.language", language), set.lang ?? "zh");
if (!paths.includes("/sign-in")) await signIn(page, system, set.role);
await page.request.patch(`${system.url}/api/v1/session`, {
  data: { language: set.lang ?? "zh" },
  headers: { "X-CSRFToken": (await context.cookies()).find((one) => one.name.endsWith("csrftoken"))?.value ?? "", Referer: system.url },
});
for (const path of paths.split(" ")) {
  await page.goto(system.url + path);
  if (set.zoom) await page.evaluate((zoom) => (document.documentElement.style.fontSize = `${16 * zoom}px`), Number(set.zoom));
  await page.waitForTimeout(Number(set.wait ?? 1500));
  const name = `${path.replace(/[^a-z0-9]+/gi, "_")}-${width}-${set.lang ?? "zh"}-${set.theme ?? "light"}.png`;
  await page.screenshot({ path: `${out}/${name}`, fullPage: set.full === "yes" });
  console.log(`${out}/${name}`);
}
await context.close();
await system.stop();
