/** A long fire lane that one camera does not see whole is watched by two, said on the console; none watches two zones. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { enter } from "./browser.mjs";
import { findings, tooWide } from "./judge.mjs";
import { start } from "./system.mjs";

const CAMERAS = ["cam-edge-n-1", "cam-edge-n-2"];
let system, page;

before(async () => {
  system = await start();
  page = await enter(system, "manager");
});
after(async () => {
  await page?.context().close();
  await system?.stop();
});

const button = (where, name) => where.getByRole("button", { name, exact: true });
const dialog = () => page.getByRole("dialog");
const line = (name) => page.locator("li", { hasText: name });
const watching = async () => {
  const told = await page.request.get(`${system.url}/api/v1/${system.community}/parking/zones?limit=500`);
  return (await told.json()).items.find(({ code }) => code === "lane-2").devices;
};

async function add(code) {
  await dialog().getByLabel(/加一台看着它的相机/).fill(code);
  await dialog().locator(".hits button", { hasText: code }).click();
  await dialog().getByRole("list", { name: "看着它的相机" }).getByText(code, { exact: true }).first().waitFor();
}

test("two cameras watch one lane, one is taken away again, and one that is another's is refused", async () => {
  await page.goto(`${system.url}/${system.community}/parking/lots`);
  await button(page, "修改 消防通道 2").click();
  for (const code of CAMERAS) await add(code);
  await button(dialog(), "保存").click();
  await line("消防通道 2").getByText(`相机 ${CAMERAS.join("、")}`).waitFor();
  assert.deepEqual(await watching(), CAMERAS);
  assert.deepEqual(await findings(page), []);
  assert.deepEqual(await tooWide(page), []);

  await button(page, "修改 消防通道 2").click();
  await button(dialog(), `移除 ${CAMERAS[0]}`).click();
  await add("cam-plaza-3");
  await button(dialog(), "保存").click();
  await page.getByText("设备已被另一条占用").first().waitFor();
  await button(dialog(), "移除 cam-plaza-3").click();
  await button(dialog(), "保存").click();
  await line("消防通道 2").getByText(`相机 ${CAMERAS[1]}`).waitFor();
  assert.deepEqual(await watching(), CAMERAS.slice(1));
});
