/** What a resident is told of his own data and may withdraw; services from outside, agreed to and taken back; and what
 *  an auditor reads of all that. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { after, before, test } from "node:test";
import { enter, open, PATIENCE_MS, signIn } from "./browser.mjs";
import { ask, eventually } from "./hands.mjs";
import { findings, tooWide } from "./judge.mjs";
import { beside, start } from "./system.mjs";

const PHONE = { viewport: { width: 390, height: 844 } };
const MARK = Date.now().toString(36);
const SERVICE = `快梯${MARK}`;
const BACK = "https://lifts.example/back";
const VERIFIER = `a-verifier-of-forty-three-signs-or-more-${MARK}-0123`;
let system, phone, desk, party, own;

before(async () => {
  system = await start();
  phone = await enter(system, "resident", PHONE);
  desk = await enter(system, "front_desk");
  own = (await told(phone, "/me/privacy")).own;
});
after(async () => {
  for (const page of [phone, desk]) await page?.context().close();
  await system?.stop();
});

const button = (page, name) => page.getByRole("button", { name, exact: true });
const dialog = (page) => page.getByRole("dialog");
const told = async (page, path) => (await page.request.get(`${system.url}/api/v1/${system.community}${path}`)).json();
const staff = (page, path) => page.goto(`${system.url}/${system.community}${path}`);

/** Be somebody else for a while, in a browser of his own. */
async function as(role, deed) {
  const context = await open();
  try {
    const page = context.pages()[0];
    page.setDefaultTimeout(PATIENCE_MS);
    await signIn(page, system, role);
    return await deed(page);
  } finally {
    await context.close();
  }
}

/** Look at the resident at the front desk, for serving him; return what the desk is shown. */
async function lookedAt() {
  const held = (await told(phone, "/me/privacy")).held.flatMap((record) => record.fields);
  const number = held.find(({ field }) => field === "phone").value.zh.replace(/\D/g, "").slice(-11);
  await staff(desk, "/register/people");
  await desk.getByLabel("姓名、车牌、房间的一部分").fill(own.name);
  const row = desk.getByRole("row").filter({ hasText: own.name }).filter({ hasText: number.slice(-4) });
  await row.getByRole("button", { name: "查看完整信息" }).click();
  await dialog(desk).getByLabel("用途").selectOption("service");
  await dialog(desk).getByRole("button", { name: "查看完整信息" }).click();
  const list = dialog(desk).locator("dl");
  await list.waitFor();
  const shown = await list.innerText();
  await desk.keyboard.press("Escape");
  return { shown, number };
}

async function mine() {
  await phone.goto(`${system.url}/my/me`);
  await phone.getByRole("link", { name: /我的隐私/ }).click();
  await phone.getByRole("heading", { name: "谁看过" }).waitFor();
}

const consent = () => phone.getByRole("listitem").filter({ hasText: "上门或电话服务" }).filter({ hasText: "依据" }).first();

test("a resident reads what is held, why, and that the front desk has just looked", async () => {
  const { shown, number } = await lookedAt();
  assert.ok(shown.replace(/[^\d]/g, "").includes(number), shown);

  await mine();

  const name = (await told(desk, "/me/privacy")).own?.name ?? (await (await desk.request.get(`${system.url}/api/v1/session`)).json()).user.name;
  const [newest] = await phone.locator("section.panel").filter({ has: phone.getByRole("heading", { name: "谁看过" }) }).getByRole("listitem").allInnerTexts();
  assert.match(newest, new RegExp(`${name} 为“上门或电话服务”查看了：登记档案和号码`));
  const held = phone.locator("section.panel").filter({ has: phone.getByRole("heading", { name: "登记了哪些" }) });
  await held.getByText(/用于：.*上门或电话服务/).first().waitFor();
  assert.deepEqual(await findings(phone), []);
  assert.deepEqual(await tooWide(phone), []);
  await phone.setViewportSize(PHONE.viewport);
});

test("he withdraws a consent, and the desk sees his number no more until he agrees again", async () => {
  await mine();
  await consent().getByRole("button", { name: "撤回同意" }).click();
  await dialog(phone).getByText("工作人员为服务查看时不再看到您的电话").waitFor();
  await dialog(phone).getByRole("button", { name: "撤回同意" }).click();
  await consent().getByText("已撤回").waitFor();

  const without = await lookedAt();

  assert.match(without.shown, /本人已撤回“上门或电话服务”的同意/);
  assert.ok(!without.shown.replace(/[^\d]/g, "").includes(without.number), without.shown);
  await mine();
  await consent().getByRole("button", { name: "同意", exact: true }).click();
  await dialog(phone).getByRole("button", { name: "同意", exact: true }).click();
  await consent().getByText("已同意").waitFor();
  const again = await lookedAt();
  assert.ok(again.shown.replace(/[^\d]/g, "").includes(again.number), again.shown);
  assert.doesNotMatch(again.shown, /本人已撤回“上门或电话服务”/);
});

test("what he said on paper stands on his page with who recorded it, and the desk records what he says now", async () => {
  const visits = () => phone.getByRole("listitem").filter({ hasText: "走访关怀" }).filter({ hasText: "依据" }).first();
  await mine();
  await visits().getByText(/书面（HML-\d+），.+ 登记/).waitFor();

  const { number } = await lookedAt();
  await desk.getByRole("row").filter({ hasText: own.name }).filter({ hasText: number.slice(-4) }).getByRole("button", { name: "登记同意" }).click();
  await dialog(desk).getByText(/走访关怀 · 已同意 · .*书面/).waitFor();
  await dialog(desk).getByLabel("本人说").selectOption("no");
  await dialog(desk).getByLabel("方式").selectOption("spoken");
  assert.deepEqual(await findings(desk), []);
  await dialog(desk).getByRole("button", { name: "登记", exact: true }).click();
  await desk.getByText("已登记：走访关怀").first().waitFor();

  await mine();
  await visits().getByText(/口头，.+ 登记/).waitFor();
  await visits().getByText("已撤回").waitFor();
});

/** Take a code to the token endpoint, as the service does. */
async function token(data) {
  const body = new URLSearchParams({ client_id: party.client_id, client_secret: party.client_secret, ...data });
  const answer = await fetch(`${system.url}/api/v1/oauth/token`, { method: "POST", body });
  assert.equal(answer.status, 200, await answer.clone().text());
  return (await answer.json()).access_token;
}

const asProgram = (path, bearer, data) =>
  fetch(`${system.url}/api/v1/${system.community}${path}`, {
    method: data ? "POST" : "GET",
    headers: { Authorization: `Bearer ${bearer}`, "Content-Type": "application/json" },
    body: data && JSON.stringify(data),
  });

test("a resident finds the services on his own pages, agrees to one, sees what it did and takes it back", async () => {
  const scopes = ["alarms.read", "cases.report"];
  const asked = { name: SERVICE, home: "https://lifts.example", words: "电梯停了，几分钟就来", contact: "service@lifts.example", scopes, redirects: [BACK] };
  const made = await fetch(`${system.url}/api/v1/${system.community}/third-parties`, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(asked) });
  party = await made.json();
  assert.equal(made.status, 201, JSON.stringify(party));
  const { version } = await as("manager", (page) => ask(page, system, "POST", `/third-parties/${party.id}/review`, { scopes, calls_a_day: 500, price_fen: 100 }));
  await as("supervisor", (page) => ask(page, system, "POST", `/third-parties/${party.id}/allow`, { version }));

  await phone.goto(`${system.url}/my/me`);
  await phone.getByRole("link", { name: /服务市场/ }).click();
  const offer = phone.locator("article").filter({ hasText: SERVICE });
  await offer.getByText("您没有授权它").waitFor();
  assert.match(phone.url(), /\/my\/market$/);
  assert.deepEqual(await findings(phone), []);
  assert.deepEqual(await tooWide(phone), []);
  await phone.setViewportSize(PHONE.viewport);

  await phone.context().route("https://lifts.example/**", (route) => route.fulfill({ contentType: "text/html", body: "<h1>back</h1>" }));
  const challenge = createHash("sha256").update(VERIFIER).digest("base64url");
  const asking = new URLSearchParams({ response_type: "code", client_id: party.client_id, redirect_uri: BACK, scope: "cases.report", state: "st", code_challenge: challenge, code_challenge_method: "S256" });
  await staff(phone, `/agree?${asking}`);
  await phone.getByRole("heading", { name: `“${SERVICE}”请您授权` }).waitFor();
  await button(phone, "同意").click();
  await phone.waitForURL(/^https:\/\/lifts\.example\/back/);
  const bearer = await token({ grant_type: "authorization_code", code: new URL(phone.url()).searchParams.get("code"), redirect_uri: BACK, code_verifier: VERIFIER });
  const [place] = (await told(phone, "/my/homes")).homes.map((home) => home.place ?? home.room);
  const report = await asProgram("/cases", bearer, { kind: "repair.lift", place, key: `k${MARK}` });
  assert.equal(report.status, 201, await report.text());

  await phone.goto(`${system.url}/my/market`);
  await offer.getByText("报修、报事").waitFor();
  await offer.getByRole("link", { name: /\d{4}-\d{6}/ }).waitFor();
  await offer.getByRole("button", { name: "撤回授权" }).click();
  await dialog(phone).getByRole("button", { name: "撤回授权" }).click();
  await offer.getByText("您没有授权它").waitFor();
  assert.equal((await asProgram("/cases", bearer, { kind: "repair.lift", place, key: `l${MARK}` })).status, 401);
});

test("a program reads its own terms, use and cost", async () => {
  const said = await asProgram("/third-parties/own", await token({ grant_type: "client_credentials" }));

  const { name, calls_a_day, calls_left, price_fen, usage } = await said.json();
  assert.deepEqual([said.status, name, calls_a_day, price_fen], [200, SERVICE, 500, 100]);
  assert.ok(calls_left < 500 && usage[0].calls > 0, JSON.stringify(usage));
});

test("the manager sees what a service was told and owes, has it told again, and renews its secret", async () => {
  const bearer = await token({ grant_type: "client_credentials" });
  const hook = await asProgram("/webhooks", bearer, { url: "https://lifts.example/hook", topics: ["AlarmOpened"] });
  assert.equal(hook.status, 201, await hook.clone().text());
  const { id } = await hook.json();
  await beside(system, "taken.py", system.community, id, `fact-${MARK}`);
  await beside(system, "billed.py", system.community, party.id, 1001);

  await as("manager", async (page) => {
    await staff(page, "/market");
    const card = page.locator("article.party").filter({ hasText: SERVICE });
    await card.getByText("用量与记录").click();
    await card.getByText("通知记录").click();
    const line = card.getByRole("listitem").filter({ hasText: "AlarmOpened" }).last();
    await line.getByText("已送到").waitFor();
    await line.getByRole("button", { name: "再通知一次" }).click();
    await line.getByText("在途").waitFor();

    const bill = card.locator(".statement").filter({ hasText: "15.02" });
    await bill.getByRole("button", { name: "更正" }).click();
    await dialog(page).getByLabel("更正金额（元）").fill("0.02");
    await dialog(page).getByLabel("原因").fill("抹零");
    await dialog(page).getByRole("button", { name: "更正" }).click();
    await bill.getByText("更正 −0.02 元：抹零").waitFor();
    await bill.getByRole("button", { name: "登记收款" }).click();
    await dialog(page).getByText("15.00 元").waitFor();
    await dialog(page).getByLabel("收据号").fill(`R-${MARK}`);
    await dialog(page).getByRole("button", { name: "登记收款" }).click();
    await bill.getByText("已结清").waitFor();
    assert.deepEqual(await findings(page), []);
    assert.deepEqual(await tooWide(page), []);
    await page.setViewportSize({ width: 1440, height: 900 });

    await card.getByRole("button", { name: "更换密钥" }).click();
    await dialog(page).getByRole("button", { name: "更换密钥" }).click();
    const former = party.client_secret;
    party.client_secret = (await dialog(page).locator("code").last().innerText()).trim();
    await dialog(page).getByRole("button", { name: "已交给联系人" }).click();
    await card.getByText("新旧两个密钥都有效").waitFor();
    assert.notEqual(party.client_secret, former);
    for (const client_secret of [former, party.client_secret]) await token({ grant_type: "client_credentials", client_secret });
  });
});

test("the manager sets up a department, alters it, and its line is changed by two", async () => {
  const name = `热线${MARK}`;
  await as("manager", async (page) => {
    await staff(page, "/exchange");
    await button(page, "新设部门").click();
    await dialog(page).getByLabel("代号（小写字母、数字）").fill("大写");
    await dialog(page).getByText("只用小写字母、数字").waitFor();
    await dialog(page).getByLabel("代号（小写字母、数字）").fill(`h${MARK}`);
    await dialog(page).getByLabel("中文名称").fill(name);
    await dialog(page).getByLabel("对方的地址（https）").fill("https://hotline.example/api");
    await dialog(page).getByLabel("我们在对方的应用号").fill("linli");
    await dialog(page).getByLabel("标题").check();
    await dialog(page).getByRole("button", { name: "提交审批" }).click();
    await dialog(page).getByText("密钥只显示这一次").waitFor();
    assert.match(await dialog(page).locator("code").innerText(), /^[0-9a-f]{64}$/);
    await dialog(page).getByRole("button", { name: "关闭" }).click();
    assert.equal(await page.locator("li.department").filter({ hasText: name }).count(), 0);
  });
  const letPass = () =>
    as("supervisor", async (page) => {
      await staff(page, "/approvals");
      const card = page.locator(".card.waiting").filter({ hasText: name }).first();
      await card.getByRole("button", { name: "同意", exact: true }).click();
      await dialog(page).getByRole("button", { name: "同意", exact: true }).click();
      await card.waitFor({ state: "detached" });
      await page.locator(".card.approved").filter({ hasText: name }).first().waitFor();
    });
  await letPass();
  await as("manager", async (page) => {
    await staff(page, "/exchange");
    const line = page.locator("li.department").filter({ hasText: name });
    await line.getByText(/可以带去：.*标题/).waitFor();
    await line.getByRole("button", { name: "修改内容和类别" }).click();
    await dialog(page).getByLabel("标题").uncheck();
    await dialog(page).getByRole("button", { name: "保存" }).click();
    await line.getByText(/可以带去：(?!.*标题)/).waitFor();

    await line.getByRole("button", { name: "改地址或密钥" }).click();
    await dialog(page).getByLabel("对方的地址（https）").fill("https://other.example/api");
    await dialog(page).getByRole("button", { name: "提交审批" }).click();
    await page.getByText("已提交，等另一个人审批").first().waitFor();
    await line.getByText("https://hotline.example/api").waitFor();
    assert.deepEqual(await findings(page), []);
    assert.deepEqual(await tooWide(page), []);
  });

  await letPass();
  await as("manager", async (page) => {
    await staff(page, "/exchange");
    const line = page.locator("li.department").filter({ hasText: name });
    await line.getByText("https://other.example/api").waitFor();
    await line.getByRole("button", { name: "停止对接" }).click();
    await dialog(page).getByRole("button", { name: "停止对接" }).click();
    await line.getByText("（已停）").waitFor();
  });
});

test("a calendar is subscribed to, read by its link, and shows nothing once it is ended", async () => {
  await staff(desk, "/account");
  const panel = desk.locator("section.panel").filter({ has: desk.getByRole("heading", { name: "日历订阅" }) });
  await panel.getByText("还没有订阅").waitFor();
  await panel.getByLabel("哪个日历").selectOption("roster");
  await panel.getByRole("button", { name: "生成链接" }).click();
  const link = (await panel.getByRole("status").locator("code").innerText()).trim();
  await desk.context().grantPermissions(["clipboard-read", "clipboard-write"]);
  await panel.getByRole("button", { name: "复制" }).click();
  assert.equal(await desk.evaluate(() => navigator.clipboard.readText()), link);
  const read = await fetch(link);
  assert.deepEqual([read.status, (await read.text()).slice(0, 15)], [200, "BEGIN:VCALENDAR"]);
  assert.deepEqual(await findings(desk), []);
  assert.deepEqual(await tooWide(desk), []);

  await panel.getByRole("listitem").filter({ hasText: "值班表" }).getByRole("button", { name: "结束" }).click();
  await dialog(desk).getByRole("button", { name: "结束" }).click();
  await panel.getByText("还没有订阅").waitFor();
  assert.equal((await fetch(link)).status, 404);
});

test("an auditor reads who looked, what for, and what a program did for a resident", async () => {
  await as("auditor", async (page) => {
    await staff(page, "/more");
    await page.getByRole("link", { name: "审计", exact: true }).click();
    const lines = page.locator("article.line");
    await lines.first().waitFor();
    assert.deepEqual(await findings(page), []);
    assert.deepEqual(await tooWide(page), []);
    await page.setViewportSize({ width: 1440, height: 900 });

    await page.getByLabel("改动").check({ force: true });
    const done = lines.filter({ hasText: `经第三方程序“${SERVICE}”` }).filter({ hasText: "案件流转" }).first();
    await done.waitFor();
    assert.match(await done.innerText(), new RegExp(own.name));

    await page.getByLabel("查看", { exact: true }).check({ force: true });
    await page.getByLabel("关于谁或什么").fill(own.subject);
    await page.getByLabel("目的").selectOption("service");
    await page.waitForURL(/what=person/);
    await eventually(async () => (await lines.allInnerTexts()).every((text) => text.includes("上门或电话服务")));
    assert.ok((await lines.count()) >= 3);
    await page.reload();
    await lines.first().waitFor();
    assert.match(await lines.first().innerText(), /查看居民档案/);

    await page.getByLabel("谁（姓名或用户名）").fill("nobody-of-this-name");
    await page.getByText("没有符合条件的记录").waitFor();
    await button(page, "清除条件").click();
    await page.getByLabel("登录", { exact: true }).check({ force: true });
    await lines.filter({ hasText: "登录" }).first().waitFor();
    await page.getByRole("heading", { name: "影响评估" }).waitFor();
    assert.equal(await button(page, "记录评估").count(), 0);
  });
});

test("who is no auditor finds no way to the trail, and is told so at its address", async () => {
  await staff(desk, "/more");
  await desk.getByRole("link", { name: "我的隐私" }).waitFor();
  assert.equal(await desk.getByRole("link", { name: "审计", exact: true }).count(), 0);
  await staff(desk, "/audit");
  await desk.getByRole("alert").first().waitFor();
});
