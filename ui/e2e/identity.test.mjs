/** Who one is, and what takes two: an app, a passkey, a factor shown again, rights let pass, emergency access reviewed. */
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { after, before, test } from "node:test";
import { open, signInOf } from "./browser.mjs";
import { start } from "./system.mjs";

const MARK = Date.now().toString(36);
let system, base, manager, officer;

before(async () => {
  system = await start();
  base = system.url.replace("127.0.0.1", "localhost");
  manager = await enter("manager");
  officer = await enter("security_officer");
});
after(async () => {
  await manager?.context().close();
  await officer?.context().close();
  await system?.stop();
});

async function enter(role) {
  const context = await open();
  const page = await context.newPage();
  await signedIn(page, signInOf(system, role));
  return page;
}

async function signedIn(page, { username, password }) {
  await page.goto(`${base}/sign-in`);
  await page.locator("input[autocomplete=username]").fill(username);
  await page.locator("input[type=password]").fill(password);
  await page.locator("button[type=submit]").click();
  await page.locator("#main h1").first().waitFor();
}

const go = (page, path) => page.goto(`${base}/${system.community}${path}`);
const dialog = (page) => page.getByRole("dialog");
const button = (page, name) => page.getByRole("button", { name, exact: true });

/** What an authenticator app shows (RFC 6238). */
function codeOf(secret, step = Math.floor(Date.now() / 30_000)) {
  const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  const bits = [...secret].map((one) => letters.indexOf(one).toString(2).padStart(5, "0")).join("");
  const key = Buffer.from(bits.match(/.{8}/g).map((one) => Number.parseInt(one, 2)));
  const count = Buffer.alloc(8);
  count.writeBigUInt64BE(BigInt(step));
  const digest = createHmac("sha1", key).update(count).digest();
  const at = digest[19] & 15;
  return String((digest.readUInt32BE(at) & 0x7fffffff) % 1_000_000).padStart(6, "0");
}

async function authenticator(page) {
  const line = await page.context().newCDPSession(page);
  await line.send("WebAuthn.enable");
  await line.send("WebAuthn.addVirtualAuthenticator", {
    options: { protocol: "ctap2", transport: "internal", hasResidentKey: true, hasUserVerification: true, isUserVerified: true, automaticPresenceSimulation: true },
  });
}

test("an app is scanned, proved and then asked for at the sign-in", async () => {
  await go(manager, "/account");
  await button(manager, "添加验证器").click();
  const secret = (await dialog(manager).locator("code").innerText()).trim();
  await dialog(manager).getByLabel("验证码或备用码").fill(codeOf(secret));
  await dialog(manager).getByRole("button", { name: "启用" }).click();
  await manager.getByText("备用码：只显示这一次").waitFor();
  const paper = await manager.locator(".paper code").allInnerTexts();
  assert.equal(new Set(paper).size, 10);

  await button(manager, "退出登录").click();
  const { username, password } = signInOf(system, "manager");
  await manager.locator("input[autocomplete=username]").fill(username);
  await manager.locator("input[type=password]").fill(password);
  await manager.locator("button[type=submit]").click();
  await manager.getByLabel("验证码或备用码").fill(paper[0]);
  await manager.locator("button[type=submit]").click();

  await manager.locator("#main h1").first().waitFor();
});

test("emergency access is loud, and another person reviews it", async () => {
  await go(manager, "/rights");
  await button(manager, "取得应急授权").first().click();
  await dialog(manager).getByLabel(/^原因/).fill(`电梯困人${MARK}`);
  await dialog(manager).getByRole("button", { name: "取得应急授权" }).click();
  await manager.getByText("已取得，请只做必要的事").waitFor();

  await go(officer, "/rights");
  await officer.locator("p.bar").filter({ hasText: "应急授权生效中" }).waitFor();
  const line = officer.locator("article.line").filter({ hasText: `电梯困人${MARK}` });
  await line.getByLabel("复核意见").fill("确有困人");
  await line.getByRole("button", { name: "合理", exact: true }).click();

  await line.waitFor({ state: "detached" });
});

test("a passkey is made, signs in without a password, and is taken off, and the app with it", async () => {
  await authenticator(manager);
  await go(manager, "/account");
  await manager.getByLabel("通行密钥的名称").fill(`钥${MARK}`);
  await button(manager, "添加通行密钥").click();
  await manager.getByText(`钥${MARK}`).waitFor();

  await button(manager, "退出登录").click();
  await button(manager, "用通行密钥登录").click();
  await manager.locator("#main h1").first().waitFor();

  await go(manager, "/account");
  await manager.getByRole("listitem").filter({ hasText: `钥${MARK}` }).getByRole("button", { name: "移除" }).click();
  await manager.getByText(`钥${MARK}`).waitFor({ state: "detached" });
  await button(manager, "移除").first().click();
  await button(manager, "添加验证器").waitFor();
});

test("a right is asked for by one, let pass by another, and taken back", async () => {
  await go(manager, "/rights");
  await button(manager, "开账号").click();
  await dialog(manager).getByLabel("姓名").fill("新来的");
  await dialog(manager).getByLabel("用户名").fill(`new-${MARK}`);
  await dialog(manager).getByRole("button", { name: "开账号" }).click();
  await manager.getByText(`new-${MARK} 的密码`).waitFor();
  await button(manager, "授予权限").click();
  await dialog(manager).getByLabel("用户名").fill(`new-${MARK}`);
  await dialog(manager).getByRole("button", { name: "提交审批" }).click();
  await manager.getByText("已提交，等另一个人审批").first().waitFor();

  await go(manager, "/approvals");
  await manager.locator(".card").filter({ hasText: `new-${MARK}` }).getByText("自己的申请").waitFor();
  await go(officer, "/approvals");
  const card = officer.locator(".card").filter({ hasText: `new-${MARK}` }).first();
  await card.getByRole("button", { name: "同意", exact: true }).click();
  await dialog(officer).getByRole("button", { name: "同意", exact: true }).click();
  await officer.locator(".card.approved").filter({ hasText: `new-${MARK}` }).waitFor();

  await go(manager, "/rights");
  await manager.getByLabel("姓名或用户名").fill(`new-${MARK}`);
  await manager.getByLabel("姓名或用户名").press("Enter");
  const row = manager.locator("tbody tr").filter({ hasText: `new-${MARK}` });
  await row.getByText("现在有效").waitFor();
  await row.getByRole("button", { name: "收回" }).click();
  await dialog(manager).getByRole("button", { name: "收回" }).click();
  await row.waitFor({ state: "detached" });
});

test("a factor is asked for again where minutes have gone by, and what was asked goes on", async () => {
  let asked = false;
  await officer.route("**/api/v1/session/app", async (route) => {
    if (asked) return route.continue();
    asked = true;
    await route.fulfill({
      status: 401,
      contentType: "application/json",
      body: JSON.stringify({ key: "identity.step_up_wanted", values: { factors: ["password"] }, message: "…" }),
    });
    return undefined;
  });
  await go(officer, "/account");
  await button(officer, "添加验证器").click();
  await dialog(officer).getByText("请再次验证是您本人").waitFor();
  await dialog(officer).locator("input[type=password]").fill("not-the-password");
  await button(officer, "验证并继续").click();
  await dialog(officer).getByRole("alert").waitFor();
  await dialog(officer).locator("input[type=password]").fill(signInOf(system, "security_officer").password);
  await button(officer, "验证并继续").click();

  await dialog(officer).getByAltText("验证器的二维码").waitFor();
});

test("sessions are listed, and another one ends", async () => {
  const other = await enter("security_officer");
  await go(officer, "/account");
  const lines = officer.locator("section").filter({ hasText: "已登录的设备" }).last().locator("li");
  await lines.filter({ hasText: "本机" }).waitFor();
  await lines.filter({ hasNotText: "本机" }).first().getByRole("button", { name: "结束" }).click();
  await officer.getByText("登录已结束").waitFor();

  await go(other, "/");
  await other.locator("input[autocomplete=username]").waitFor();
  await other.context().close();
});
