/** How scenes stand: stages, versions, a second person, the verdict of one tap, conflicts. In both languages, without a finding of axe. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { open, signIn } from "./browser.mjs";
import { findings } from "./judge.mjs";
import { start } from "./system.mjs";

const QUIET = "environment.noise.construction";
const GRAVE = "safety.garage_air.co_over_limit";
const MARK = Date.now().toString(36).slice(-5);

let system, context, page;

before(async () => {
  system = await start();
  context = await open();
  page = context.pages()[0] ?? (await context.newPage());
  page.setDefaultTimeout(40_000);
});

after(async () => {
  await ask("PATCH", "/session", { language: "zh" }).catch(() => undefined);
  await context?.close();
  await system?.stop();
});

/** Ask the server as whoever is signed in. */
async function ask(method, path, data) {
  const token = (await context.cookies()).find((one) => one.name.endsWith("csrftoken"))?.value ?? "";
  const answer = await page.request.fetch(`${system.url}/api/v1${path}`, { method, data, headers: { "X-CSRFToken": token, Referer: system.url } });
  return { status: answer.status(), body: await answer.json().catch(() => null) };
}

const here = (path, method = "GET", data = undefined) => ask(method, `/${system.community}${path}`, data);

/** Sign in; the account speaks Chinese, whatever a test before left it at. */
async function as(username) {
  await context.clearCookies();
  await signIn(page, system, username);
  await ask("PATCH", "/session", { language: "zh" });
}

const visit = (path) => page.goto(`${system.url}/${system.community}${path}`);
const button = (name) => page.getByRole("button", { name, exact: true });
const dialog = () => page.getByRole("dialog");
const stage = (name) => page.locator("main header").getByText(name).first();

/** Fill the question about a stage, and send it. */
async function choose(name, verb, reason = "") {
  await dialog().getByText(name).first().click();
  if (reason) await dialog().locator("textarea").fill(reason);
  await dialog().getByRole("button", { name: verb, exact: true }).click();
  await dialog().waitFor({ state: "hidden" });
}

test("a scene goes to the shadow and back", async () => {
  await as("manager");
  await visit(`/scenes/${QUIET}`);

  await button("更改阶段").click();
  await choose("影子", "改为影子");
  await stage("影子").waitFor();
  await page.getByRole("link", { name: "影子", exact: true }).click();
  await page.getByText("影子阶段中，还没有发现什么").waitFor();
  await button("可以了，启用").click();
  await choose("已启用", "启用");

  await stage("已启用").waitFor();
});

test("turning a scene off needs a reason", async () => {
  await visit(`/scenes/${QUIET}`);
  await button("更改阶段").click();
  await dialog().getByText("已停用").first().click();
  const verb = dialog().getByRole("button", { name: "停用", exact: true });

  assert.equal(await verb.isDisabled(), true);
  await dialog().locator("textarea").fill("工地已完工");

  assert.equal(await verb.isDisabled(), false);
  await dialog().getByRole("button", { name: "取消" }).click();
});

test("a version is put in force, and rolled back to the catalogue's own", async () => {
  const { body: before } = await here(`/scenes/${QUIET}`);
  const toml = `${before.toml.replace("above = 70", "above = 72")}# ${MARK}\n`;
  const saved = await here("/scenes/versions", "POST", { toml, note: `放宽到 72 ${MARK}` });
  assert.equal(saved.status, 201, JSON.stringify(saved.body));

  await visit(`/scenes/${QUIET}?tab=versions`);
  const row = page.getByRole("listitem").filter({ hasText: MARK });
  await row.getByRole("button", { name: "看差别" }).click();
  const diff = page.getByRole("region", { name: "两版的差别" });
  await diff.getByText("above = 72").waitFor();
  assert.equal(await diff.getByText("above = 70").count(), 1);
  await row.getByRole("button", { name: "换成这一版" }).click();
  await dialog().getByRole("button", { name: "启用", exact: true }).click();
  await row.getByText("现行").waitFor();

  const own = page.getByRole("listitem").filter({ hasText: "目录原版" });
  await own.getByRole("button", { name: "退回到这一版" }).click();
  await dialog().getByRole("button", { name: "启用", exact: true }).click();

  await own.getByText("现行").waitFor();
  const { body } = await here(`/scenes/${QUIET}`);
  assert.equal(body.version, 0);
  assert.equal(body.toml, before.toml);
});

test("what touches life safety waits, and whoever asked cannot approve it", async () => {
  await visit(`/scenes/${GRAVE}`);
  await button("更改阶段").click();
  await dialog().getByText(/要由另一位有审批权限的人批准/).waitFor();
  await choose("影子", "提交审批", `探头送检 ${MARK}`);

  await page.getByText(/有变更待批准/).first().waitFor();
  await stage("已启用").waitFor();
  await button("撤回").waitFor();
  assert.equal(await button("批准").count(), 0);
  const { body } = await here(`/scenes/${GRAVE}`);
  const refused = await here(`/scenes/changes/${body.waiting}/approve`, "POST", { reason: "" });
  assert.ok(refused.status >= 400, `the author approved his own change: ${refused.status}`);
  assert.equal((await here(`/scenes/${GRAVE}`)).body.stage, "on");
});

for (const [language, title] of [["zh", "场景的变更"], ["en", "Changes to scenes"]]) {
  test(`the page of a scene and of changes are without a finding, in ${language}`, async () => {
    await as("manager");
    await ask("PATCH", "/session", { language });
    await visit("/scenes/changes");
    await page.getByRole("heading", { name: title }).waitFor();
    await page.locator("main details dd").first().waitFor();
    assert.deepEqual(await findings(page), []);

    await visit(`/scenes/${GRAVE}`);
    await page.locator("main h1").waitFor();
    await page.waitForLoadState("networkidle");
    assert.deepEqual(await findings(page), []);
  });
}

test("a second person sees the badge, what would change, and approves", async () => {
  await as("supervisor");
  await page.getByRole("navigation", { name: "主导航" }).getByText(/变更待批准/).first().waitFor({ state: "attached" });
  await visit("/scenes/changes");
  const change = page.getByRole("article").filter({ hasText: MARK });
  await change.getByText("它做的事不变，只改阶段").waitFor();

  await change.getByRole("button", { name: "批准" }).click();
  await dialog().getByRole("button", { name: "批准" }).click();

  await page.getByRole("article").filter({ hasText: MARK }).getByText("已生效").waitFor();
  assert.equal((await here(`/scenes/${GRAVE}`)).body.stage, "shadow");
});

test("a wish is withdrawn by whoever had it, and refused with a reason by another", async () => {
  await as("manager");
  await visit(`/scenes/${GRAVE}`);
  await button("更改阶段").click();
  await choose("已启用", "提交审批", "先启用一天");
  await button("撤回").click();
  await dialog().getByRole("button", { name: "撤回" }).click();
  await page.locator("main").getByRole("button", { name: "撤回" }).waitFor({ state: "detached" });

  await button("更改阶段").click();
  await choose("已启用", "提交审批", "再启用一天");
  await as("supervisor");
  await visit(`/scenes/${GRAVE}`);
  await button("驳回").click();
  const verb = dialog().getByRole("button", { name: "驳回" });
  assert.equal(await verb.isDisabled(), true);
  await dialog().locator("textarea").fill("探头已经送回");
  await verb.click();
  await page.locator("main").getByRole("button", { name: "驳回" }).waitFor({ state: "detached" });

  await visit("/scenes/changes");
  await page.getByText(/探头已经送回/).waitFor();
  assert.equal((await here(`/scenes/${GRAVE}`)).body.stage, "shadow");
});

test("a scene goes back on by two persons, while the other page looks on", async () => {
  await as("manager");
  await here(`/scenes/${GRAVE}/stage`, "PUT", { stage: "on", version: 0, reason: "影子里没有误报" });
  await as("supervisor");
  await visit(`/scenes/${GRAVE}`);
  await button("批准").click();
  await dialog().getByRole("button", { name: "批准" }).click();

  await stage("已启用").waitFor();
});

test("a limit of life safety waits for a second person, and so does taking it back", async () => {
  await as("manager");
  await visit(`/scenes/${GRAVE}`);
  await button("为某处改限值").click();
  await dialog().getByLabel("改哪里的限值").selectOption("device");
  const [value, device] = [dialog().locator("input[type=number]"), (await here(`/scenes/${GRAVE}`)).body.bound[0]];
  const verb = dialog().getByRole("button", { name: "提交审批", exact: true });
  await dialog().getByText(/要等另一位有审批权限的人批准/).waitFor();
  await dialog().getByLabel("哪一个").selectOption(device);
  await value.fill("45");
  assert.equal(await verb.isDisabled(), true, "a reason is asked for");
  await dialog().locator("textarea").fill(`靠近风口 ${MARK}`);
  await verb.click();
  await dialog().waitFor({ state: "hidden" });

  const waits = page.locator("main section").filter({ hasText: `靠近风口 ${MARK}` }).last();
  await waits.getByText(/有变更待批准.*45/).waitFor();
  assert.equal(await button("批准").count(), 0);
  assert.deepEqual((await here(`/scenes/${GRAVE}`)).body.overrides, []);
  assert.deepEqual(await findings(page), []);

  await as("supervisor");
  await visit("/scenes/changes");
  const change = page.getByRole("article").filter({ hasText: MARK }).filter({ hasText: "45" }).first();
  await change.getByRole("button", { name: "批准" }).click();
  await dialog().getByRole("button", { name: "批准" }).click();
  await change.getByText("已生效").first().waitFor();
  assert.equal((await here(`/scenes/${GRAVE}`)).body.overrides[0].value, 45);

  await as("manager");
  await visit(`/scenes/${GRAVE}`);
  await button("恢复").click();
  await dialog().locator("textarea").fill("风口移走了");
  await dialog().getByRole("button", { name: "提交审批", exact: true }).click();
  await dialog().waitFor({ state: "hidden" });
  assert.equal((await here(`/scenes/${GRAVE}`)).body.overrides.length, 1);
  const [{ id }] = (await here(`/scenes/changes?state=waiting&scene=${GRAVE}`)).body.items;
  await as("supervisor");
  assert.equal((await here(`/scenes/changes/${id}/approve`, "POST", { reason: "好" })).status, 200);
  assert.deepEqual((await here(`/scenes/${GRAVE}`)).body.overrides, []);
});

test("a limit beyond what a sensor shows is refused in words", async () => {
  await as("manager");
  const { key } = (await here(`/scenes/${GRAVE}`)).body.limits[0];

  const refused = await here(`/scenes/${GRAVE}/overrides`, "PUT", { target: system.community, key, value: 1e300, reason: "静音" });

  assert.equal(refused.status, 422);
  assert.equal(refused.body.key, "scenes.bad_limit");
});

test("a verdict is one tap at the desk, and shows as precision", async () => {
  const answer = await fetch(`${system.url}/push/v1/${system.community}/try-co/readings`, {
    method: "POST",
    headers: { Authorization: `Bearer ${system.device.password}`, "Content-Type": "application/json" },
    body: JSON.stringify({ co_mg_m3: 66 }),
  });
  assert.equal(answer.status, 200);
  await as("guard");
  await visit("/alarms");
  const line = page.locator(".alarm-line").filter({ hasText: "车库一氧化碳超标" }).first();
  await line.click();
  await page.getByRole("heading", { name: /一氧化碳/ }).waitFor();
  await button("确认").click();
  const asked = page.getByRole("group", { name: "这次报警对吗？" });
  await asked.waitFor();

  await page.keyboard.press("2");
  await asked.getByRole("button", { name: "误报", pressed: true }).waitFor();
  await asked.getByRole("button", { name: "对", exact: true }).click();
  await asked.getByRole("button", { name: "对", pressed: true }).waitFor();

  await line.getByText(/✓\s*对/).waitFor();
  await visit(`/scenes/${GRAVE}`);
  await page.getByText(/准确率 \d+%/).waitFor();
  await page.getByText(/对 \d+ · 误报 \d+/).waitFor();
});

test("the three buttons are large enough for a thumb, and clean", async () => {
  const { body } = await here("/alarms?state=acknowledged");
  await page.setViewportSize({ width: 360, height: 780 });
  await visit(`/alarms/${body.items[0].id}`);
  const asked = page.getByRole("group", { name: "这次报警对吗？" });
  await asked.waitFor();

  for (const one of await asked.getByRole("button").all()) assert.ok((await one.boundingBox()).height >= 44);
  assert.deepEqual(await findings(page), []);
  await page.setViewportSize({ width: 1440, height: 900 });
});

test("the conflicts of the demo are listed by kind, in words and with links", async () => {
  await visit("/scenes/conflicts");
  await page.getByText(/正在逐个核对/).waitFor();
  await page.getByRole("heading", { name: /在这里不会触发/ }).waitFor({ timeout: 60_000 });

  const { body } = await here("/scenes/conflicts");
  assert.equal(await page.locator("main ul .one").count(), body.items.length);
  assert.deepEqual(await findings(page), []);
  await page.locator("main ul .one a").first().click();
  await page.waitForURL(/scenes\/[a-z_]+\.[a-z_0-9]+\.[a-z_0-9]+/);
});

test("the list is narrowed by stage, and keeps what it shows in the address", async () => {
  await visit("/scenes");
  const chip = page.getByRole("button", { name: /已启用 \d+/ });
  await chip.click();
  await page.waitForURL(/stage=on/);
  const told = Number((await chip.textContent()).replace(/\D/g, ""));

  assert.equal(await page.locator("main a.line").count(), told);
  assert.equal(await page.locator("main a.line").filter({ hasText: "已停用" }).count(), 0);
});

test("all of it speaks English", async () => {
  await as("manager");
  await ask("PATCH", "/session", { language: "en" });
  await visit("/scenes/conflicts");
  await page.getByRole("heading", { name: /Never fire here/ }).waitFor({ timeout: 60_000 });
  assert.doesNotMatch(await page.locator("main").innerText(), /[\u4e00-\u9fff]/);

  await visit("/scenes");
  await page.getByRole("heading", { name: /^Safety/ }).waitFor();
  assert.doesNotMatch(await page.locator("main").innerText(), /[\u4e00-\u9fff]/);
});
