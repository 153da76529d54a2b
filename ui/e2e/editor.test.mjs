/** A scene written, proven, tried and switched on by somebody who never saw TOML; and what two persons must agree on. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { open, signIn } from "./browser.mjs";
import { findings, tooWide } from "./judge.mjs";
import { start } from "./system.mjs";

const RUN = Date.now().toString(36);
const NAME = `车库有尾气${RUN}`;
let system, context, page;

before(async () => {
  system = await start();
  context = await open();
  page = context.pages()[0] ?? (await context.newPage());
  page.setDefaultTimeout(40_000);
  await signIn(page, system, "manager");
});

after(async () => {
  await context?.close();
  await system?.stop();
});

const button = (name) => page.getByRole("button", { name, exact: true });
const dialog = () => page.getByRole("dialog");
const go = (path) => page.goto(`${system.url}/${system.community}${path}`);
const sentence = () => page.locator(".sentence");
const choice = (name) => page.getByText(name, { exact: true });

async function pick(label, text, index = 0) {
  const box = page.getByRole("combobox", { name: label }).nth(index);
  await box.click();
  await box.fill(text);
  await box.press("Enter");
}

/** Speak as a device does, over HTTP. */
async function report(co) {
  const answer = await fetch(`${system.url}/push/v1/${system.community}/try-co/readings`, {
    method: "POST",
    headers: { Authorization: `Bearer ${system.device.password}`, "Content-Type": "application/json" },
    body: JSON.stringify({ co_mg_m3: co }),
  });
  assert.equal(answer.status, 200);
}

async function newScene(name, english = "") {
  await go("/scenes/new");
  await page.getByLabel("名称（中文）").fill(name);
  if (english) await page.getByLabel("名称（英文，可不填）").fill(english);
  await page.getByLabel("板块").selectOption("environment");
  await button("开始写").click();
  await page.getByText("它看什么", { exact: true }).waitFor();
}

test("the sentence grows with the form, and what is wanting is named", async () => {
  await newScene(NAME, `Fumes ${RUN}`);
  await page.getByText(/还有 2 处要补/).waitFor();

  await pick("它看什么", "一氧化碳 mg");
  await page.getByLabel(/^限值/).fill("24");
  await page.getByText(/一氧化碳高于 24 mg\/m³时/).waitFor();
  await button("＋ 通知人").click();
  await page.getByLabel("说什么（中文）").fill("{place} 有尾气，{value}");

  await page.getByText(/通知保安：“{place} 有尾气，{value}”/).waitFor();
  assert.equal(await page.getByText("涉及生命安全").count(), 0);
});

test("a limit that no sensor can show is refused at its field", async () => {
  await page.getByLabel(/^限值/).fill("900");

  await page.locator("#step-when").getByText(/超出传感器量程/).waitFor();
  await page.getByLabel(/^限值/).fill("24");

  await page.getByText(/还有 1 处要补/).waitFor();
});

test("unsaved work outlives a reload, and leaving asks", async () => {
  await page.getByText("有未保存的改动（暂存").waitFor();
  await page.reload();
  await page.getByText(/接着上次没保存的内容/).waitFor();
  assert.match(await sentence().textContent(), /高于 24/);

  await page.getByRole("link", { name: "报警", exact: true }).click();
  await dialog().getByText("有改动还没保存").waitFor();
  await dialog().getByRole("button", { name: "取消" }).click();

  assert.match(page.url(), /scenes\/new/);
});

test("form and text are one: a change in either shows in the other", async () => {
  await button("文本（TOML）").click();
  const text = page.getByRole("textbox", { name: "场景的文本（TOML）" });
  const before = await text.inputValue();
  await text.fill(before.replace("above = 24", "above = 26    # ours"));
  await page.getByText(/一氧化碳高于 26/).waitFor();
  await button("表单").click();
  assert.equal(await page.getByLabel(/^限值/).inputValue(), "26");

  await page.getByLabel(/^限值/).fill("25");
  await page.getByText(/一氧化碳高于 25/).waitFor();
  await button("文本（TOML）").click();

  assert.match(await text.inputValue(), /above = 25 +# ours/);
});

test("a text that cannot be read says where, and the form waits", async () => {
  const text = page.getByRole("textbox", { name: "场景的文本（TOML）" });
  const good = await text.inputValue();
  await text.fill(good.replace("above = 25", "above = = 25"));

  await page.getByRole("button", { name: /^第 \d+ 行$/ }).first().waitFor();
  await button("表单").click();
  await page.getByText(/表单先等着/).waitFor();
  await button("文本（TOML）").first().click();
  await text.fill(good);

  await page.getByText(/一氧化碳高于 25/).waitFor();
  await button("表单").click();
});

test("two stories are made, run, and pass; one that fails takes what really happened", async () => {
  await button("帮我写好故事").click();
  await page.getByText("✓ 通过").nth(1).waitFor();
  await page.getByText("写全了，可以保存").waitFor();

  await page.getByLabel("删除第 1 个结果").click();
  await button("跑一遍故事").click();
  await page.getByText("× 未通过").waitFor();
  await button("就按实际发生的写").click();
  await button("跑一遍故事").click();

  await page.getByText("✓ 通过").nth(1).waitFor();
});

test("it is tried on the devices of now and on the records of before", async () => {
  await button("现在演练一次").click();
  await page.getByText(/处在看，其中 \d+ 处现在成立/).waitFor();

  await button("开始回测").click();

  await page.getByText(/过去 7 天它会动作 \d+ 次/).waitFor({ timeout: 60_000 });
});

test("switched on, it raises an alarm on the desk by its name", async () => {
  await button("启用").click();
  await dialog().getByRole("button", { name: "启用" }).click();
  await page.waitForURL(/scenes\/environment\.[a-z_]+\.fumes_[a-z0-9]+$/);
  await go("/alarms");
  await page.getByText("实时").waitFor();

  await report(28);

  await page.getByText(NAME).first().waitFor();
  await report(12);
});

test("a scene of the catalogue copied under a new name touches life safety: a second person must agree", async () => {
  await go("/scenes/new");
  await choice("照着一个现成的改").click();
  await pick("照哪一个", "车库一氧化碳超标");
  await page.getByLabel("名称（中文）").fill(`本小区一氧化碳${RUN}`);
  await page.getByLabel("名称（英文，可不填）").fill(`Our CO ${RUN}`);
  await button("开始写").click();
  await page.getByText("涉及生命安全").first().waitFor();
  await page.getByText("写全了，可以保存").waitFor();

  await button("申请启用").click();
  assert.equal(await dialog().getByRole("button", { name: "提交审批" }).isDisabled(), true);
  await dialog().getByLabel("原因").fill("两周影子下来很准");
  await dialog().getByRole("button", { name: "提交审批" }).click();
  await page.waitForURL(/scenes\/safety\.garage_air\.our_co_[a-z0-9]+$/);

  const id = page.url().split("/").at(-1);
  assert.deepEqual(await stateOf(id), { stage: "off", waiting: true });
  await approve(id);
  assert.deepEqual(await stateOf(id), { stage: "on", waiting: false });
});

async function api(method, path, data) {
  const { value } = (await context.cookies()).find((one) => one.name.endsWith("csrftoken"));
  const answer = await page.request.fetch(`${system.url}/api/v1/${system.community}${path}`, { method, data, headers: { "X-CSRFToken": value, Referer: system.url } });
  return { status: answer.status(), body: await answer.json().catch(() => null) };
}

async function stateOf(id) {
  const { body } = await api("GET", `/scenes/${id}`);
  return { stage: body.stage, waiting: body.waiting !== null };
}

/** The author is refused; the second person approves. */
async function approve(id) {
  const [change] = (await api("GET", `/scenes/changes?scene=${id}&state=waiting`)).body.items;
  assert.ok((await api("POST", `/scenes/changes/${change.id}/approve`, { reason: "自己批" })).status >= 400);
  await context.clearCookies();
  await signIn(page, system, "supervisor");
  assert.equal((await api("POST", `/scenes/changes/${change.id}/approve`, { reason: "看过故事和回测" })).status, 200);
}

test("it has no finding of axe in light and dark, and fits a phone with large text", async () => {
  await context.clearCookies();
  await signIn(page, system, "manager");
  for (const view of ["", "?view=text"]) {
    await page.setViewportSize({ width: 1440, height: 900 });
    await go(`/scenes/safety.garage_air.co_over_limit/edit${view}`);
    await sentence().waitFor();
    await page.waitForLoadState("networkidle");
    assert.deepEqual(await findings(page), [], view);
    assert.deepEqual(await tooWide(page), [], view);
  }
});
