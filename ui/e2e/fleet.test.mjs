/** Devices under management, as an engineer does it: enter a line and a meter, see its frames, care for it. */
import assert from "node:assert/strict";
import { createServer } from "node:net";
import { after, before, test } from "node:test";
import { open, signIn } from "./browser.mjs";
import { findings, tooWide } from "./judge.mjs";
import { start } from "./system.mjs";

const RUN = Date.now().toString(36);
const [LINE, METER] = [`line-${RUN}`, `meter-${RUN}`];
let system, context, page, peer;

before(async () => {
  system = await start();
  context = await open();
  page = context.pages()[0] ?? (await context.newPage());
  page.setDefaultTimeout(40_000);
  // Somebody who takes every question of the line and answers none.
  peer = createServer((socket) => socket.on("error", () => undefined).resume()).listen(0, "127.0.0.1");
  await new Promise((done) => peer.once("listening", done));
  await signIn(page, system, "manager");
});

after(async () => {
  await context?.close();
  peer?.close();
  await system?.stop();
});

const button = (name) => page.getByRole("button", { name, exact: true });
const dialog = () => page.getByRole("dialog");
const go = (path) => page.goto(`${system.url}/${system.community}${path}`);
const field = (label) => page.getByLabel(label);

async function choosePlace(part) {
  await field(/^地点/).fill(part);
  await page.locator(".hits button").first().click();
}

test("the list counts, narrows by state, and keeps it in the address bar", async () => {
  await go("/devices");
  await page.locator(".table li").first().waitFor();

  await page.getByRole("button", { name: /^在线/ }).click();

  await page.waitForURL(/state=online/);
  assert.equal(await page.locator(".table li").getByText("离线").count(), 0);
});

test("a line with a wrong option is refused at the field, and entered when it is right", async () => {
  await go("/fleet/new?model=field_line");
  await field("编号").fill(LINE);
  await field("名称（中文）").fill("试验电表线路");
  await choosePlace("和睦里");
  await field("协议").selectOption("dlt645");
  await field(/^连接到/).fill(`127.0.0.1:${peer.address().port}`);
  await field(/^密码（/).fill("12345678");
  await button("登记设备").click();

  await page.locator("[aria-invalid=true]").waitFor();
  assert.match(await page.locator(".wrong").first().textContent(), /password/);

  await field(/^密码（/).fill("123456");
  await button("登记设备").click();
  await page.waitForURL(new RegExp(`devices/${LINE}`));
});

test("a meter behind it is asked for its address; the password of the line is never shown", async () => {
  await go("/fleet/new?model=electricity_meter");
  await field("编号").fill(METER);
  await field("名称（中文）").fill("试验电表");
  await choosePlace("1号楼");
  await field(/^上级网关/).fill(LINE);
  await page.locator(".hits button").first().click();
  await button("登记设备").click();
  await page.getByText("请填写这一项").waitFor();
  await field("地址").fill("000000000077");
  await button("登记设备").click();
  await page.waitForURL(new RegExp(`devices/${METER}`));

  await go(`/devices/${LINE}?tab=about`);
  await page.getByText("（已保存，不显示）").first().waitFor();
  assert.equal((await page.content()).includes("123456"), false);
});

test("the frames of the meter show what was asked, decoded", async () => {
  await go(`/devices/${METER}?tab=frames`);
  await page.locator(".frames .head").first().waitFor({ timeout: 90_000 });
  await button("停住不动").click();

  await page.locator(".frames .head").first().click();

  await page.locator(".inside .tree dt").first().waitFor();
  assert.match(await page.locator(".inside .hex").textContent(), /68/);
});

test("the line stands in the tree with the meter behind it", async () => {
  await go("/fleet/lines");
  const line = page.locator(".tops > li").filter({ hasText: "试验电表线路" }).filter({ hasText: LINE });

  await line.getByRole("button").first().click();

  await line.getByRole("link", { name: "试验电表", exact: true }).waitFor();
});

test("a dangerous thing is asked twice, and can be left undone", async () => {
  await go(`/devices/${METER}`);
  await page.getByRole("button", { name: /拉闸/ }).click();
  await dialog().getByRole("button", { name: /拉闸/ }).click();

  await dialog().getByRole("button", { name: "确认执行" }).waitFor();
  await dialog().getByRole("button", { name: "取消" }).click();

  await page.getByText("待确认").first().waitFor();
});

test("maintenance shows on the page and ends on demand", async () => {
  await go(`/devices/${METER}?tab=about`);
  await button("开始维护").click();
  await dialog().getByLabel(/^做什么/).fill("更换电池");
  await dialog().getByRole("button", { name: "开始维护" }).click();
  await button("结束维护").waitFor();

  await button("结束维护").click();

  await button("开始维护").waitFor();
});

test("several devices are dealt with together, and what became of each is told", async () => {
  await go(`/devices?q=${RUN}`);
  await page.locator(".table li input").first().click();
  await page.locator(".table li input").nth(1).click({ modifiers: ["Shift"] });
  await page.getByText("已选 2 台").waitFor();
  await field("对选中的设备").selectOption("disable");
  await button("继续").click();
  await dialog().getByRole("button", { name: "对 2 台执行" }).click();

  await page.waitForURL(/fleet\/bulk\/\d+/);

  await page.getByText("2 完成").waitFor({ timeout: 30_000 });
});

test("the pages of the fleet have no finding of axe, and fit a phone with large text", async () => {
  for (const path of [`/devices/${METER}?tab=frames`, `/devices/${LINE}?tab=about`, "/fleet/new?model=field_line", "/fleet/lines", "/fleet/bulk"]) {
    await page.setViewportSize({ width: 1440, height: 900 });
    await go(path);
    await page.locator("#main h1").first().waitFor();
    await page.waitForLoadState("networkidle");
    assert.deepEqual(await findings(page), [], path);
    assert.deepEqual(await tooWide(page), [], path);
  }
});
