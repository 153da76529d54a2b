/** A driver without an account, a resident's own car, the desk: a fee whose lines are its sum, and nothing about anybody. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { open, signIn } from "./browser.mjs";
import { findings, tooWide } from "./judge.mjs";
import { start } from "./system.mjs";

const PATIENCE_MS = 40_000;
const STRANGER = "浙Z09011";
const PHONE = { viewport: { width: 390, height: 844 } };
let system, contexts, phone, desk, driver;

before(async () => {
  system = await start();
  contexts = [await open(PHONE), await open(PHONE), await open()];
  [driver, phone, desk] = contexts.map((context) => context.pages()[0]);
  for (const page of [driver, phone, desk]) page.setDefaultTimeout(PATIENCE_MS);
  await signIn(phone, system, "resident");
  await signIn(desk, system, "manager");
});
after(async () => {
  for (const context of contexts ?? []) await context.close();
  await system?.stop();
});

const button = (page, name) => page.getByRole("button", { name });
const fen = (text) => Math.round(Number(text.replace("−", "-").replaceAll(",", "") || "0") * 100);

async function explained(proof) {
  await proof.waitFor();
  const rows = await proof.locator("tr").evaluateAll((all) => all.map((row) => [row.className, row.lastElementChild.textContent.trim()]));
  const at = rows.findIndex(([kind]) => kind.includes("sum"));
  const lines = rows.slice(0, at).reduce((sum, [, text]) => sum + fen(text), 0);
  assert.equal(lines, fen(rows[at][1]));
  return fen(rows[at][1]);
}

test("by the plate a driver learns what he owes and nothing else; an absent car is answered alike", async () => {
  await driver.goto(`${system.url}/pay/${system.community}/g1`);
  await driver.getByLabel(/车牌号/).fill(STRANGER);
  await driver.keyboard.press("Enter");
  const owed = await explained(driver.locator("table.proof"));
  const page = await driver.locator("main").innerText();

  assert.ok(owed > 0);
  assert.ok(!page.includes(STRANGER));
  assert.doesNotMatch(page.split("收费标准")[0], /\d\d:\d\d/);
  await button(driver, /付 .* 元/).first().waitFor();
  await driver.evaluate(() => Promise.all(document.getAnimations().map((one) => one.finished)));
  assert.deepEqual(await findings(driver), []);
  assert.deepEqual(await tooWide(driver), []);

  await driver.getByLabel(/车牌号/).fill("浙Z00000");
  await driver.keyboard.press("Enter");
  await driver.getByRole("alert").getByText("没有可代缴的费用").waitFor();
});

test("a resident reads why his car costs so much, pays from the wallet, and has time to leave", async () => {
  await phone.goto(`${system.url}/my/car`);
  const owed = await explained(phone.locator("table.proof").first());
  assert.ok(owed > 0);

  await button(phone, /用钱包付/).click();

  await phone.getByText(/已付，请在/).waitFor();
  assert.deepEqual(await findings(phone), []);
  assert.deepEqual(await tooWide(phone), []);
});

test("the desk sees lots and lanes, whole plates only one by one, and mends with a reason", async () => {
  await desk.goto(`${system.url}/${system.community}/parking`);
  await desk.getByRole("heading", { name: "1号地下车库" }).waitFor();
  const listed = desk.locator("section.panel", { has: desk.getByRole("heading", { name: "要处理" }) });
  const missed = listed.locator("li", { hasText: "浙Z·0***0" }).filter({ hasText: "临停" }).filter({ hasText: "没拍到进场" }).first();
  await missed.getByRole("button", { name: "看车牌与费用" }).click();
  await missed.getByText("浙Z09050").waitFor();

  await missed.locator("input[type=datetime-local]").fill(ago(90));
  await missed.getByLabel("原因").fill("看了录像");
  await missed.getByRole("button", { name: "保存" }).click();

  await desk.getByText("已更正").first().waitFor();
  assert.deepEqual(await findings(desk), []);
});

const dialog = (page) => page.getByRole("dialog");

test("a resident asks for a car, the desk refuses with a reason by Enter, agrees, and takes a month in cash", async () => {
  for (const plate of ["浙ZD05050", "浙Z05051"]) {
    await phone.goto(`${system.url}/my/car/wishes`);
    await phone.getByLabel("车牌", { exact: true }).fill(plate);
    await phone.keyboard.press("Enter");
    await phone.locator("strong", { hasText: plate }).waitFor();
  }
  await desk.goto(at("/wishes"));
  await button(desk, "查看并答复").first().click();
  await dialog(desk).getByText("浙Z05051").waitFor();
  await dialog(desk).getByText("不同意", { exact: true }).click();
  await asked("为什么不同意（申请人会看到）").fill("请带行驶证来");
  await desk.keyboard.press("Enter");
  await button(desk, "查看并答复").nth(1).waitFor({ state: "detached" });
  await button(desk, "查看并答复").click();
  await dialog(desk).getByText("浙ZD05050").waitFor();
  await button(dialog(desk), "同意").click();
  await desk.getByText("没有等答复的申请").waitFor();

  await phone.getByText(/未通过：请带行驶证来/).waitFor();
  await phone.getByText(/已办好/).first().waitFor();
  await sound(phone);

  await desk.goto(at("/permits"));
  await button(desk, "现金续期").first().click();
  await asked("续几个月").fill("2");
  await button(dialog(desk), "收现金 600.00 元").waitFor();
  await desk.keyboard.press("Enter");
  const receipt = desk.getByRole("dialog", { name: "收据" });
  await receipt.getByText(/收现金 600.00 元/).waitFor();
  assert.deepEqual(await findings(desk), []);
  await button(receipt, "取消").click();
  await receipt.waitFor({ state: "detached" });
});
const asked = (label) => dialog(desk).getByLabel(label, { exact: true });
const at = (path) => `${system.url}/${system.community}/parking${path}`;

/** Judge the page that is open: by axe, and at a phone's width; then let it be as wide as before. */
async function sound(page) {
  const size = page.viewportSize();
  assert.deepEqual(await findings(page), []);
  assert.deepEqual(await tooWide(page), []);
  await page.setViewportSize(size);
}

test("the manager lays out a lot by keyboard: its area, lane and place, and where no car may stand", async () => {
  await desk.goto(at("/lots"));
  await button(desk, "新建停车场").click();
  await asked("编号").fill("g1");
  await dialog(desk).getByText("已有同样的编号").waitFor();
  await asked("编号").fill("east");
  await asked("中文名称").fill("东区停车场");
  await asked("车位数").fill("40");
  await button(dialog(desk), "保存").press("Enter");
  const lot = desk.locator("section.panel", { has: desk.getByRole("heading", { name: /东区停车场/ }) });
  await lot.getByText("还没有收费标准").waitFor();

  await add(lot, "加分区", { 编号: "a", 中文名称: "甲区", 车位数: "20" });
  await lot.getByText("余 20 / 20 位").waitFor();
  await add(lot, "加岗亭", { 编号: "east-booth", 中文名称: "东区岗亭" });
  await lot.getByText("还没有车道", { exact: true }).waitFor();
  await button(lot, "加车道").click();
  for (const [label, value] of Object.entries({ 编号: "east-in", 中文名称: "东区入口", "识别相机（设备）": "bar-" })) await asked(label).fill(value);
  await dialog(desk).locator(".hits button").first().click();
  await dialog(desk).getByLabel("通向哪个分区").selectOption({ label: "甲区" });
  await dialog(desk).getByLabel("由哪个岗亭管").selectOption({ label: "东区岗亭" });
  await button(dialog(desk), "保存").click();
  // The barrier that was found first watches a lane already: it is told so, and nothing is lost.
  await desk.getByText("设备已被另一条占用").first().waitFor();
  // The last that is found: a charging bay may have taken the first.
  await asked("识别相机（设备）").fill("cam-");
  await dialog(desk).locator(".hits button", { hasText: "cam-" }).last().click();
  await button(dialog(desk), "保存").click();
  await lot.getByText("东区入口 · 双向").waitFor();
  await button(lot, "修改 东区入口").click();
  await dialog(desk).getByLabel("通向哪个分区").locator("option:checked", { hasText: "甲区" }).waitFor({ state: "attached" });
  await button(dialog(desk), "取消").click();

  await lot.locator("summary", { hasText: "车位" }).click();
  await add(lot, "加车位", { 车位号: "E-01" });
  await lot.locator("li", { hasText: "E-01" }).waitFor();
  await button(desk, "新建禁停区").click();
  await asked("编号").fill("east-gate");
  await asked("中文名称").fill("东区出入口");
  await asked("位置").fill("1号楼");
  await dialog(desk).locator(".hits button").first().click();
  await button(dialog(desk), "保存").click();
  await desk.getByText("东区出入口").first().waitFor();
  await sound(desk);
});

test("a clerk signs on to his booth, sees its lanes first, and hands over what he counted", async () => {
  await desk.goto(at(""));
  await desk.locator("form.panel select").selectOption({ label: "东区岗亭（没有人）" });
  await button(desk, "上岗").click();
  const booth = desk.getByRole("region", { name: "岗亭" });
  await booth.getByText("我的岗亭：东区岗亭").waitFor();
  await booth.getByText("东区入口").waitFor();
  assert.equal(await desk.getByText("东区入口").count(), 1);
  await sound(desk);
  await button(booth, "交班").click();
  await dialog(desk).getByLabel(/清点的现金/).fill("1.5");
  await dialog(desk).getByText("比账上多 1.50 元").waitFor();
  await dialog(desk).getByLabel("原因").fill("备用金");
  await button(dialog(desk), "交班").click();
  await button(desk, "上岗").waitFor();

  await desk.goto(at("/shifts"));
  await desk.getByText("多 1.50 元 · 备用金").waitFor();
  assert.equal(await desk.getByRole("button", { name: /收款/ }).count(), 0, "nobody receives from himself");
  await sound(desk);
});

/** Fill the dialog behind a button, and save it. */
async function add(where, name, said) {
  await button(where, name).click();
  for (const [label, value] of Object.entries(said)) await asked(label).fill(value);
  await button(dialog(desk), "保存").click();
  await dialog(desk).waitFor({ state: "detached" });
}

test("a stay is tried by the tariff in force and by one that is proposed; another person lets it pass", async () => {
  await desk.goto(at("/tariffs?lot=g1"));
  await desk.getByText("现行").waitFor();
  await stay(desk, "08:00", "10:00");
  assert.equal(await explained(desk.locator("table.proof")), 800);
  await desk.getByLabel("车牌").selectOption({ label: "绿牌（新能源）" });
  await button(desk, "算一算").click();
  assert.equal(await explained(desk.locator("table.proof")), 500);

  await button(desk, "提出改价").click();
  await desk.getByLabel("价格（元）").first().fill("6");
  await stay(desk, "08:00", "10:00");
  assert.equal(await explained(desk.locator("table.proof")), 900);
  await button(desk, "看看别人会读到什么").click();
  await desk.getByRole("status").getByText(/前 1 次 6 元/).waitFor();
  await sound(desk);
  await desk.getByLabel("为什么改").fill("业主大会同意");
  await button(desk, "提交审批").click();
  const waits = desk.locator("article.card", { hasText: "前 1 次 6 元" });
  await waits.getByText("业主大会同意").waitFor();
  assert.equal(await waits.getByRole("button", { name: "同意", exact: true }).count(), 0);

  await signIn(driver, system, "super");
  await driver.goto(`${system.url}/${system.community}/approvals`);
  await driver.locator("article.card", { hasText: "前 1 次 6 元" }).getByRole("button", { name: "同意", exact: true }).click();
  await dialog(driver).getByRole("button", { name: "同意", exact: true }).click();

  await desk.locator("article.version", { hasText: "待生效" }).getByText(/前 1 次 6 元/).waitFor();
  await sound(desk);
});

/** Try a stay of tomorrow between two times of the day. */
async function stay(page, from, to) {
  const day = ago(-24 * 60).slice(0, 10);
  await page.getByLabel("进场", { exact: true }).fill(`${day}T${from}`);
  await page.getByLabel("出场", { exact: true }).fill(`${day}T${to}`);
  await button(page, "算一算").click();
}

test("a permit is given, its plates are seen whole on record and changed, and it is ended", async () => {
  await desk.goto(at("/permits"));
  await button(desk, "办月租").click();
  await dialog(desk).getByLabel("停车场").selectOption({ label: "1号地下车库" });
  await asked("车牌").fill("浙Z09061 浙z09062");
  await button(dialog(desk), "办月租").click();
  const line = desk.locator("main li").first();
  await line.getByText("浙Z·0***1、浙Z·0***2").waitFor();
  await line.getByText("2 车 1 位 · 每月 450.00 元").waitFor();

  await button(line, "看车牌").click();
  assert.equal(await asked("车牌").inputValue(), "浙Z09061\n浙Z09062");
  await asked("车牌").fill("浙Z09061");
  await button(dialog(desk), "保存").click();
  await line.getByText("1 车 1 位 · 每月 300.00 元").waitFor();
  await desk.getByLabel("按完整车牌查").fill("浙Z09061");
  await desk.keyboard.press("Enter");
  await desk.locator("main li").nth(1).waitFor({ state: "detached" });
  await button(desk.locator("main li"), "停用").click();
  await button(dialog(desk), "停用").click();
  await desk.locator("main li").getByText("已停用").waitFor();
  await sound(desk);
});

test("a car is put onto the black list with a reason, and taken off", async () => {
  await desk.goto(at("/lists"));
  await desk.getByText("没有车在黑名单里").waitFor();
  await button(desk, "加一辆车").click();
  await asked("车牌").fill("浙z09071");
  await asked("原因").fill("多次逃费");
  await button(dialog(desk), "加一辆车").click();
  const line = desk.locator("li", { hasText: "浙Z09071" });
  await line.getByText("多次逃费").waitFor();
  await sound(desk);

  await button(line, "移出").click();
  await button(dialog(desk), "移出").click();

  await desk.getByText("没有车在黑名单里").waitFor();
});

test("a coupon is taken off what a driver owes, and is counted", async () => {
  await desk.goto(at("/coupons"));
  await desk.getByText("今天还能发 200 张").waitFor();
  await desk.getByLabel("顾客的车牌").fill(STRANGER);
  await desk.getByText("金额", { exact: true }).click();
  await desk.locator("main form").getByLabel("停车场").selectOption({ label: "1号地下车库" });
  await desk.getByLabel("减多少元").fill("0.5");
  await desk.keyboard.press("Enter");
  await desk.getByText("今天还能发 199 张").waitFor();
  await desk.locator("li", { hasText: "减 0.50 元" }).getByText("待用").waitFor();
  await desk.getByRole("row", { name: /^物业 1 0 1 0$/ }).waitFor();
  await sound(desk);

  await driver.goto(`${system.url}/pay/${system.community}/g1`);
  await driver.getByLabel(/车牌号/).fill(STRANGER);
  await driver.keyboard.press("Enter");
  await explained(driver.locator("table.proof"));

  await driver.locator("table.proof").getByText("优惠券：减 0.50 元").waitFor();
});

/** A time so many minutes ago, as a field of a form wants it, in the browser's own zone. */
function ago(minutes) {
  const at = new Date(Date.now() - minutes * 60_000);
  return new Date(at - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}
