/** The wallet, as a resident uses it at the width of a telephone; and finance, as two persons do. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { open, signIn, signInOf } from "./browser.mjs";
import { findings, tooWide } from "./judge.mjs";
import { beside, start } from "./system.mjs";

const RUN = Date.now().toString(36);
const PHONE = { viewport: { width: 390, height: 844 } };
let system, contexts, phone, desk, stranger, second;

before(async () => {
  system = await start();
  contexts = [await open(PHONE), await open(), await open(PHONE), await open()];
  [phone, desk, stranger, second] = contexts.map((context) => context.pages()[0]);
  for (const page of [phone, desk, stranger, second]) page.setDefaultTimeout(40_000);
  await signIn(phone, system, "resident");
  await signIn(desk, system, "manager");
  await signIn(second, system, "supervisor");
});

after(async () => {
  for (const context of contexts ?? []) await context.close();
  await system?.stop();
});

const button = (page, name) => page.getByRole("button", { name, exact: true });
const fen = (text) => Math.round(Number(text.replace(/[^\d.]/g, "")) * 100);
const balance = async () => fen(await phone.locator(".sum").first().textContent());

test("a resident tops up at the cashier, which tells of it twice, and has it once", async () => {
  await phone.goto(`${system.url}/my/wallet`);
  await phone.locator(".sum").waitFor();
  const had = await balance();

  await button(phone, "充值").click();
  await phone.getByText("50 元", { exact: true }).click();
  await button(phone, "去支付 50 元").click();
  await phone.getByRole("button", { name: /通知两次/ }).click();

  await phone.waitForURL(/my\/wallet/);
  await phone.locator(".line", { hasText: "+50.00" }).first().waitFor();
  assert.equal(await balance(), had + 5_000);
  assert.deepEqual(await findings(phone), []);
  assert.deepEqual(await tooWide(phone), []);
});

test("what is asked of him stands there, and is paid once out of the wallet", async () => {
  const number = await beside(system, "owed.py", `stay:${RUN}`, 1_050);
  await phone.goto(`${system.url}/my/wallet`);
  await phone.locator(".sum").waitFor();
  const had = await balance();

  await phone.getByRole("link", { name: /停车费 2 小时/ }).first().click();
  await phone.waitForURL(new RegExp(number));
  await button(phone, "用钱包付 10.50 元").click();
  await phone.getByText("已支付").first().waitFor();
  assert.deepEqual(await findings(phone), []);

  await phone.goto(`${system.url}/my/wallet`);
  await phone.locator(".line", { hasText: "−10.50" }).first().waitFor();
  assert.equal(await balance(), had - 1_050);
});

test("finance gives a part back; the ledger balances", async () => {
  await desk.goto(`${system.url}/${system.community}/finance`);
  await desk.getByText("平", { exact: true }).waitFor();
  const row = desk.locator("li", { hasText: "停车费 2 小时" }).first();

  await row.getByRole("button", { name: "退款" }).click();
  await desk.getByLabel("退多少元").fill("0.50");
  await desk.getByLabel("为什么退").fill("多收了五毛");
  await desk.getByRole("dialog").getByRole("button", { name: "退款" }).click();

  await desk.getByText("已退 0.50 元").first().waitFor();
  await desk.getByText("平", { exact: true }).waitFor();
  assert.deepEqual(await findings(desk), []);
  assert.deepEqual(await tooWide(desk), []);
});

test("whoever has the address pays an order without an account, once; then nothing is to be paid any more", async () => {
  const number = await beside(system, "owed.py", `asked:${RUN}`, 880);
  await desk.setViewportSize({ width: 1440, height: 900 });
  await desk.goto(`${system.url}/${system.community}/finance`);
  await desk.locator("li", { hasText: "8.80" }).first().getByRole("button", { name: "付款码" }).click();
  const address = (await desk.getByRole("dialog").locator(".address").textContent()).trim();
  await desk.getByRole("dialog").getByRole("img", { name: "付款码" }).waitFor();
  assert.equal(new URL(address).pathname, `/pay/${system.community}/order/${number}`);

  await stranger.goto(system.url + new URL(address).pathname);
  await stranger.getByText("停车费 2 小时").waitFor();
  assert.deepEqual(await findings(stranger), []);
  assert.deepEqual(await tooWide(stranger), []);
  await stranger.getByRole("button", { name: /付 8\.80 元/ }).click();
  await stranger.getByRole("button", { name: /通知两次/ }).click();

  await stranger.waitForURL(/back=1/);
  await stranger.getByText("✓ 已支付").waitFor();
  assert.deepEqual(await findings(stranger), []);
  await stranger.goto(system.url + new URL(address).pathname);
  await stranger.getByText("✓ 已支付").waitFor();
  assert.equal(await stranger.getByRole("button", { name: /付 8\.80 元/ }).count(), 0);
  await stranger.goto(`${system.url}/pay/${system.community}/order/guessed`);
  await stranger.getByText("没有这张订单").waitFor();
});

test("cash goes into a wallet at the desk; beyond the limit it is paid out only when a second person agrees", async () => {
  const name = signInOf(system, "resident").name.split(" ")[0];
  await phone.goto(`${system.url}/my/wallet`);
  await phone.locator(".sum").waitFor();
  const had = await balance();
  await desk.goto(`${system.url}/${system.community}/finance/cash`);
  await desk.getByLabel(/找人/).fill(name);
  const line = desk.locator(".found > li", { hasText: name }).filter({ hasText: `余额 ${(had / 100).toLocaleString("en-US", { minimumFractionDigits: 2 })} 元` }).first();
  await line.waitFor();
  assert.deepEqual(await findings(desk), []);
  assert.deepEqual(await tooWide(desk), []);
  await desk.setViewportSize({ width: 1440, height: 900 });

  await button(line, "收现金").click();
  await desk.getByRole("dialog").getByLabel("多少元").fill("300");
  await button(desk.getByRole("dialog"), "已收 300.00 元").click();
  await desk.getByText(`已收 300.00 元，存入 ${name} 的钱包`).waitFor();
  await phone.reload();
  await phone.locator(".line", { hasText: "+300.00" }).first().waitFor();
  assert.equal(await balance(), had + 30_000);

  await button(desk.locator(".found > li", { hasText: name }).first(), "退余额").click();
  await desk.getByRole("dialog").getByLabel("多少元").fill("250");
  await desk.getByRole("dialog").getByLabel("为什么付").fill(`搬走${RUN}`);
  await button(desk.getByRole("dialog"), "付出 250.00 元").click();
  await desk.getByText(/批准前不要付钱/).waitFor();
  await phone.reload();
  await phone.locator(".sum").waitFor();
  assert.equal(await balance(), had + 30_000);

  await second.goto(`${system.url}/${system.community}/approvals`);
  const asked = second.locator("article", { hasText: `搬走${RUN}` });
  await button(asked, "同意").click();
  await button(second.getByRole("dialog"), "同意").click();
  await second.getByRole("dialog").waitFor({ state: "detached" });
  await phone.reload();
  await phone.locator(".line", { hasText: "−250.00" }).first().waitFor();
  assert.equal(await balance(), had + 5_000);
});

test("a merchant gets a terminal; a provider's key is told once and never again", async () => {
  await desk.goto(`${system.url}/${system.community}/finance/takers`);
  await button(desk, "加商户").click();
  const box = desk.getByRole("dialog");
  await box.getByLabel("代号").fill(`shop-${RUN}`);
  await box.getByLabel("中文名称").fill(`小店${RUN}`);
  await box.getByLabel("商户分多少（%）").fill("92.5");
  await button(box, "保存").click();
  const line = desk.locator(".lines > li", { hasText: `小店${RUN}` });
  await line.getByText("分成 92.5%").waitFor();

  await button(line, "加终端").click();
  await box.getByLabel("设备").fill("try-co");
  await box.getByRole("button", { name: /try-co/ }).first().click();
  await box.getByLabel("单笔最多（元）").fill("88");
  await button(box, "保存").click();
  await line.getByText(/try-co · 单笔最多 88\.00 元/).waitFor();
  await button(line, "撤下").click();
  await button(box, "撤下").click();
  await line.getByText("还没有终端", { exact: false }).waitFor();

  await button(desk, "加支付渠道").click();
  await box.getByLabel("代号").fill(`bank-${RUN}`);
  await box.getByLabel("中文名称").fill(`银行${RUN}`);
  await box.getByLabel("渠道的地址").fill("https://pay.example.com");
  await box.getByLabel("我们在渠道的编号").fill("linli-1");
  await button(box, "保存").click();
  const key = (await box.locator(".key").textContent()).trim();
  assert.match(key, /^[0-9a-f]{64}$/);
  await button(box, "已交给渠道，关掉").click();
  const bank = desk.locator(".lines > li", { hasText: `银行${RUN}` });
  await bank.getByText(/已停用/).waitFor();
  await bank.getByRole("button", { name: "修改" }).click();
  await box.getByText("可以付款", { exact: true }).click();
  await button(box, "保存").click();
  await desk.getByText(/要由另一位有权的人开通/).first().waitFor();
  await button(box, "取消").click();
  await bank.getByText(/已停用/).waitFor();

  assert.ok(!(await desk.content()).includes(key));
  assert.deepEqual(await findings(desk), []);
  assert.deepEqual(await tooWide(desk), []);
  await desk.setViewportSize({ width: 1440, height: 900 });
});

test("a day whose list did not come is asked for again, and then agrees", async () => {
  const day = await beside(system, "given_up.py");
  await desk.goto(`${system.url}/${system.community}/finance`);
  const line = desk.locator("li", { hasText: day });
  await line.getByText(/没拿到对方清单，已停止索取/).waitFor();
  assert.deepEqual(await findings(desk), []);

  await button(line, "重新对账").click();

  await line.getByText(/一致，0\.00 元/).waitFor();
  assert.equal(await line.getByRole("button").count(), 0);
});
