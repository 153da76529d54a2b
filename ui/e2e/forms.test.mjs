/** What people fill in: passwords, the register, broadcasts, modes, photographs, spreadsheets; and what the system says of itself. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { open, signIn, signInOf } from "./browser.mjs";
import { ask } from "./hands.mjs";
import { beside, start } from "./system.mjs";

const PHOTO = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==",
  "base64",
);
const MARK = Date.now().toString(36).slice(-5);

let system, context, page;

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

const at = (path) => page.goto(`${system.url}/${system.community}${path}`);
const dialog = () => page.getByRole("dialog");
const save = (verb = "保存") => dialog().getByRole("button", { name: verb, exact: true }).click();

async function as(role) {
  await context.clearCookies();
  await signIn(page, system, role);
}

test("whoever has a handed out password changes it first, and cannot go elsewhere", async () => {
  const handed = await beside(system, "handed.py", `new-${MARK}`, system.community);
  await context.clearCookies();
  await page.goto(`${system.url}/sign-in`);
  await page.locator("input[autocomplete=username]").fill(`new-${MARK}`);
  await page.locator("input[type=password]").fill(handed);
  await page.locator("button[type=submit]").click();
  await page.getByRole("heading", { name: "请先设置自己的密码" }).waitFor();

  await at("/alarms");
  await page.getByRole("heading", { name: "请先设置自己的密码" }).waitFor();
  const fill = async (old, wanted, again) => {
    await page.getByLabel("原密码").fill(old);
    await page.getByLabel("新密码", { exact: true }).fill(wanted);
    await page.getByLabel("再输一遍新密码").fill(again);
    await page.getByRole("button", { name: "修改密码" }).click();
  };
  await fill("not-the-old-one", "rain-on-the-roof-7", "rain-on-the-roof-7");
  await page.getByText("原密码不对").waitFor();
  await fill(handed, "rain-on-the-roof-7", "rain-on-the-roof-8");
  await page.getByText("两遍输入的新密码不一样").waitFor();
  await fill(handed, "rain-on-the-roof-7", "rain-on-the-roof-7");

  await page.getByRole("heading", { name: "报警台" }).waitFor();
});

test("large text is chosen on the account's page and stays after a reload", async () => {
  await as("manager");
  await at("/account");
  await page.getByText("特大字").click();
  await page.reload();
  await page.getByRole("heading", { name: "我的账号" }).waitFor();

  const size = await page.evaluate(() => parseFloat(getComputedStyle(document.documentElement).fontSize));
  assert.equal(size, 24);
  await page.getByText("标准").click();
});

test("a person is entered, each mistake said at its field, and altered without the number being seen", async () => {
  await at("/register/people");
  await page.getByRole("button", { name: "登记人员" }).click();
  await dialog().getByLabel("电话").fill("12");
  await save();
  await dialog().getByText("不是电话号码").waitFor();
  await dialog().getByText("必须填写").waitFor();

  await dialog().getByLabel(/^姓名/).fill(`试登记${MARK}`);
  await dialog().getByLabel("电话").fill("19900001234");
  await save();
  await page.getByText("已保存").first().waitFor();
  await page.getByLabel("姓名、车牌、房间的一部分").fill(`试登记${MARK}`);
  const row = page.getByRole("row").filter({ hasText: `试登记${MARK}` });
  await row.getByText("199****1234").waitFor();
  await row.getByRole("button", { name: "修改" }).click();
  assert.equal(await dialog().getByText("19900001234").count(), 0);
  await dialog().getByLabel("备注").fill("试着修改");
  await save();
  await dialog().waitFor({ state: "detached" });
  await row.getByText("199****1234").waitFor();
});

test("a number is seen in full only for a purpose", async () => {
  const row = page.getByRole("row").filter({ hasText: `试登记${MARK}` });
  await row.getByRole("button", { name: "修改" }).click();
  await dialog().getByRole("button", { name: "查看完整信息" }).first().click();
  await dialog().getByLabel("用途").selectOption({ index: 1 });
  await dialog().getByRole("button", { name: "查看完整信息" }).last().click();

  await page.waitForFunction(() => [...document.querySelectorAll("[role=dialog] input")].some((input) => input.value.endsWith("19900001234")));
  await dialog().getByRole("button", { name: "取消" }).click();
});

test("a group that tells of health is entered by its word, and read for a purpose only", async () => {
  const row = page.getByRole("row").filter({ hasText: `试登记${MARK}` });
  await row.getByRole("button", { name: "修改" }).click();
  await dialog().getByLabel("加入群体").selectOption("frail");
  await dialog().getByLabel("名单来源").fill("街道名单");
  await dialog().getByRole("button", { name: "加入", exact: true }).click();
  await dialog().getByRole("listitem").filter({ hasText: "失能老人" }).waitFor();
  await page.keyboard.press("Escape");

  await row.filter({ hasText: "特殊群体 1 项" }).waitFor();
  const { items } = await ask(page, system, "GET", `/people?q=${encodeURIComponent(`试登记${MARK}`)}`);
  await ask(page, system, "PUT", `/people/${items[0].id}/consents/visit`, { given: true, how: "paper", sheet: "E2E-1" });
  await row.getByRole("button", { name: "查看完整信息" }).click();
  await dialog().getByLabel("用途").selectOption("visit");
  await dialog().getByRole("button", { name: "查看完整信息" }).click();
  await dialog().getByText("失能老人").waitFor();
  await page.keyboard.press("Escape");

  await page.getByLabel("特殊群体").selectOption("frail");
  await page.getByText("列出的每个人都会看到您看过他").waitFor();
  await row.filter({ hasText: "失能老人" }).waitFor();
  await page.getByLabel("特殊群体").selectOption("");
  await row.filter({ hasText: "特殊群体 1 项" }).waitFor();
});

test("a building is entered in the tree, its code checked, and a household moves into its room", async () => {
  await at("/register/places");
  const add = async (code, name, kind) => {
    await page.getByRole("button", { name: /里新增/ }).click();
    if (kind) await dialog().getByLabel("类别").selectOption(kind);
    await dialog().getByLabel("编号").fill(code);
    await dialog().getByLabel("中文名").fill(name);
    await save();
  };
  await add("B 9", `试验楼${MARK}`);
  await dialog().getByText(/编码.*不对/).waitFor();
  await dialog().getByLabel("编号").fill(`t${MARK}`);
  await save();
  await page.waitForURL(new RegExp(`places/.*t${MARK}`));
  await page.getByRole("button", { name: `在「试验楼${MARK}」里新增` }).waitFor();
  await add("101", "101室", "room");
  await page.waitForURL(new RegExp(`t${MARK}(/|%2F)101`));

  await at("/register/households");
  await page.getByRole("button", { name: "登记住户" }).click();
  await dialog().getByLabel(/^房间/).fill(`试验楼${MARK}`);
  await dialog().locator(".hits button").filter({ hasText: "101" }).first().click();
  await save();
  await page.getByText("已保存").first().waitFor();
});

test("a mode is set for the estate and shown by its name", async () => {
  await at("/modes");
  await page.getByRole("button", { name: "设置模式" }).first().click();
  await dialog().getByLabel("地点").fill("1号楼");
  await dialog().locator(".hits button").first().click();
  await dialog().getByLabel("哪方面").selectOption("lighting");
  await dialog().getByLabel("设为").selectOption("night");
  await save("设置模式");

  await page.getByRole("cell", { name: "夜间" }).first().waitFor();
});

test("a broadcast is spoken, and what came of it is said", async () => {
  await at("/broadcasts");
  await page.getByRole("button", { name: "说一段话" }).click();
  await dialog().getByLabel("在哪里播").fill("1号楼");
  await dialog().locator(".hits button").first().click();
  await dialog().getByLabel(/^中文内容/).fill(`试播${MARK}`);
  await dialog().getByText(/^紧急/).click();
  await save("播出");

  const said = page.getByRole("listitem").filter({ hasText: `试播${MARK}` });
  await said.getByText(/只音柱播出|没有播出/).waitFor();
});

test("a photograph is added to a case through the page", async () => {
  await at("/cases?view=list");
  await page.getByRole("button", { name: "上报" }).click();
  await dialog().getByLabel("在哪里").fill("1号楼");
  await dialog().locator(".hits button").first().click();
  await dialog().getByLabel("类别").selectOption({ label: "公共区域报修" });
  await dialog().getByLabel("一句话说明").fill(`楼道灯不亮${MARK}`);
  await dialog().getByRole("button", { name: "上报" }).click();
  await page.waitForURL(/cases\/\d+/);

  await page.locator("input[type=file]").setInputFiles({ name: "灯.png", mimeType: "image/png", buffer: PHOTO });

  const picture = page.getByRole("img", { name: "处理前的照片" });
  await picture.waitFor();
  await page.waitForFunction(() => [...document.querySelectorAll("main img")].every((one) => one.complete && one.naturalWidth > 0));
});

test("a spreadsheet is looked at, its mistakes named by row, then written", async () => {
  const csv = (phone) => Buffer.from(`\ufeff房屋,关系,姓名,电话\n${system.community}/b01/u1/f01/101,家属,表格${MARK},${phone}\n`);
  const sheet = await (await page.request.get(`${system.url}/api/v1/${system.community}/exports/equipment.csv`)).text();
  const [marked, head] = sheet.split("\n");
  assert.match(marked, /用途/);
  assert.match(head, /名称/);
  await at("/register/import");
  await page.locator("input[type=file]").setInputFiles({ name: "人员.csv", mimeType: "text/csv", buffer: csv("12") });
  await page.getByRole("cell", { name: /不是电话号码/ }).waitFor();

  await page.locator("input[type=file]").setInputFiles({ name: "人员.csv", mimeType: "text/csv", buffer: csv("19900004321") });
  await page.getByRole("button", { name: "写入 1 行" }).click();

  await page.getByText(/已写入：新增 1/).waitFor();
});

test("the state of the system is said in words, with its lines and logs", async () => {
  await at("/system");

  await page.getByText(/系统运行正常|处需要处理/).waitFor();
  await page.getByRole("meter", { name: "设备消息日志" }).waitFor();
  await page.getByRole("heading", { name: "线路" }).waitFor();
});

test("a guard is not shown what runs the system", async () => {
  const guard = signInOf(system, "guard");
  await as(guard.username);
  await at("/more");

  assert.equal(await page.getByRole("link", { name: "系统状态" }).count(), 0);
});
