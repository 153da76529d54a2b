/** The main job, as a person at the desk sees it: a reading, an alarm, a fan, a case, and the way back. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { open, signIn } from "./browser.mjs";
import { ask, enter, eventually, push } from "./hands.mjs";
import { beside, start } from "./system.mjs";

const SCENE = "车库一氧化碳超标";

let system, context, page, caseUrl;

before(async () => {
  system = await start();
  context = await open();
  page = context.pages()[0] ?? (await context.newPage());
  page.setDefaultTimeout(40_000);
});

after(async () => {
  await context?.close();
  await system?.stop();
});

/** Speak as the device for trying does, over HTTP. */
const report = (co) => push(system, "try-co", system.device.password, { co_mg_m3: co });

const button = (name) => page.getByRole("button", { name, exact: true });

async function as(role) {
  await context.clearCookies();
  await signIn(page, system, role);
}

test("a wrong password is refused in words", async () => {
  await page.goto(`${system.url}/sign-in`);
  await page.locator("input[autocomplete=username]").fill("manager");
  await page.locator("input[type=password]").fill("not-this-one");
  await page.locator("button[type=submit]").click();

  const alert = await page.getByRole("alert").textContent();

  assert.ok(alert.trim().length > 4, alert);
});

test("search finds a device by a part of its name", async () => {
  await as("manager");
  await page.keyboard.press("/");
  await page.getByRole("combobox").fill("体验用");
  await page.getByRole("option").filter({ hasText: "一氧化碳" }).first().click();

  await page.waitForURL(/devices\/try-co/);
});

test("a reading over the limit comes to the open desk by itself", async () => {
  await page.goto(`${system.url}/${system.community}/alarms?grouped=no`);
  await page.getByText("实时").waitFor();

  assert.equal(await report(66), 200);

  await page.getByText(SCENE).first().waitFor();
});

test("the keyboard moves through the desk and acknowledges", async () => {
  const lines = page.locator("main a").filter({ has: page.locator(".alarm-line") });
  const at = (await lines.allTextContents()).findIndex((text) => text.includes(SCENE));
  for (let index = 0; index <= at; index++) {
    await page.keyboard.press("j");
    await lines.nth(index).and(page.locator("[aria-current=true]")).waitFor();
  }
  await page.getByRole("heading", { name: /一氧化碳 66/ }).waitFor();

  await page.keyboard.press("a");

  await page.getByText(/于 .* 确认/).waitFor();
});

test("a reason is needed to shelve", async () => {
  await button("搁置").click();
  const dialog = page.getByRole("dialog");

  assert.equal(await dialog.getByRole("button", { name: "搁置" }).isDisabled(), true);
  await dialog.getByRole("button", { name: "取消" }).click();
});

test("the chain leads from the case back to the reading, and to the fan", async () => {
  await page.getByRole("link", { name: /^案件 / }).last().click();
  await page.waitForURL(/cases\/\d+/);
  caseUrl = page.url();

  await page.getByRole("link", { name: "看因果链" }).first().click();
  await page.waitForURL(/causes\//);

  await page.getByText("源头").waitFor();
  assert.match(await page.locator("ol.line").textContent(), /读数/);
  assert.match(await page.locator("ol.tree").textContent(), /风机/);
});

test("the one who has the case accepts it and reports back; another checks and closes it", async () => {
  const who = system.sign_ins.find((one) => one.role === "engineer");
  await as("dispatcher");
  const [staff] = (await ask(page, system, "GET", `/staff?q=${encodeURIComponent(who.name.split(" ")[0])}`)).items;
  await ask(page, system, "POST", `/cases/${caseUrl.split("/").pop()}/steps/dispatch`, { assignee: staff.id });

  await as(who.username);
  await page.goto(caseUrl);
  await button("接单").click();
  await page.getByRole("dialog").getByRole("button", { name: "接单" }).click();
  await page.getByText("处理中").first().waitFor();
  await button("处理反馈").click();
  await page.getByRole("dialog").locator("textarea").first().fill("已通风，读数回落");
  await page.getByRole("dialog").getByRole("button", { name: "处理反馈" }).click();
  await page.getByText("已反馈").first().waitFor();

  await as("super");
  await page.goto(caseUrl);
  await button("核查").click();
  const dialog = page.getByRole("dialog");
  await dialog.locator("select").first().selectOption("true");
  await dialog.locator("textarea").last().fill("现场已无异味");
  await dialog.getByRole("button", { name: "核查" }).click();
  await page.getByText("已核查").first().waitFor();
  await button("结案").click();
  await page.getByRole("dialog").getByRole("button", { name: "结案" }).click();
  await page.getByText("已结案").first().waitFor();
});

test("the stories of a scene pass on the spot", async () => {
  await page.goto(`${system.url}/${system.community}/scenes/safety.garage_air.co_over_limit`);

  await button("就地跑一遍").click();
  await page.getByText(/通过/).first().waitFor();

  assert.equal(await page.getByText("未通过").count(), 0);
});

test("the map is drawn, and a building opens to its rooms", async () => {
  await page.goto(`${system.url}/${system.community}/map`);
  await page.locator(".maplibregl-canvas").waitFor();

  await page.locator("aside").getByRole("button", { name: /^1号楼/ }).click();
  await page.locator("aside").getByRole("button", { name: "1单元" }).click();

  await page.locator("aside").getByRole("button", { name: "101室" }).waitFor();
});

test("where nothing can be drawn, the map is a list that says the same", async () => {
  const other = await context.newPage();
  await other.addInitScript(() => (HTMLCanvasElement.prototype.getContext = () => null));
  await other.goto(`${system.url}/${system.community}/map`);

  await other.getByText(/画不了地图/).waitFor();
  await other.getByRole("button", { name: /^1号楼/ }).waitFor();
  await other.close();
});

test("a server that fails is said in words, and asked again on demand", async () => {
  const other = await context.newPage();
  await other.route("**/api/v1/*/scenes*", (route) => route.abort());
  await other.goto(`${system.url}/${system.community}/scenes`);
  await other.getByText(/连不上服务器/).waitFor();

  await other.unroute("**/api/v1/*/scenes*");
  await other.getByRole("button", { name: "重试" }).click();

  await other.getByText("车库一氧化碳超标").waitFor();
  await other.close();
});

test("the language is switched on the spot and kept with the account", async () => {
  await page.goto(`${system.url}/${system.community}`);
  await page.getByRole("heading", { name: "总览" }).waitFor();

  const kept = () => page.waitForResponse((answer) => answer.request().method() === "PATCH" && answer.url().endsWith("/session"));
  await Promise.all([kept(), page.getByRole("button", { name: /^EN/ }).click()]);
  await page.reload();
  await page.getByRole("heading", { name: "Overview" }).waitFor();

  await Promise.all([kept(), page.getByRole("button", { name: /^中/ }).click()]);
  await page.getByRole("heading", { name: "总览" }).waitFor();
});

test("a lost line says so and mends itself", async () => {
  await page.goto(`${system.url}/${system.community}/alarms`);
  await page.locator("header .live").getByText("实时").waitFor();

  await context.setOffline(true);
  await page.evaluate(() => dispatchEvent(new Event("offline")));
  await page.getByText(/连接已断/).waitFor({ timeout: 30_000 });
  await context.setOffline(false);

  await page.locator("header .live").getByText("实时").waitFor({ timeout: 30_000 });
});

test("a new credential is shown once, and the old one is worth nothing", async () => {
  await as("manager");
  const [code, place] = [`key-${Date.now().toString(36)}`, "hml/g1"];
  const before = await enter(page, system, code, "garage_co_sensor", place, "换凭据的探头");
  const speak = (secret) => push(system, code, secret, { co_mg_m3: 12 });
  await eventually(async () => (await speak(before)) === 200);
  await page.goto(`${system.url}/${system.community}/devices/${code}`);
  await page.getByRole("link", { name: "接入与维护", exact: true }).click();
  await button("更换凭据").click();
  await page.getByRole("dialog").getByRole("button", { name: "更换凭据" }).click();
  const secret = await page.locator("code.secret").textContent();

  assert.ok(secret.length >= 16);
  await eventually(async () => (await speak(before)) === 401);
  assert.equal(await speak(secret), 200);

  await button("更换凭据").click();
  await page.getByLabel(/报文加密/).check();
  await page.getByRole("dialog").getByRole("button", { name: "更换凭据" }).click();
  const shown = page.locator("code.secret");
  await shown.nth(1).waitFor();
  const [next, key] = await shown.allTextContents();
  const topic = `v1/${system.community}/${code}/readings`;
  const sealed = await beside(system, "sealed.py", topic, key, "1", JSON.stringify({ co_mg_m3: 13 }));

  await eventually(async () => (await speak(next)) === 422);
  assert.equal(await push(system, code, next, Buffer.from(sealed, "hex")), 200);
  await page.getByRole("link", { name: "实时", exact: true }).click();
  await page.getByText("13").first().waitFor();
});
