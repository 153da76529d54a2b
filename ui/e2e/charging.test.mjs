/** A charging by OCPP, from a tap on the phone to its receipt; what is kept and wished; and the desk: sites, prices, its proof. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { enter } from "./browser.mjs";
import { findings, speak, tooWide } from "./judge.mjs";
import { start } from "./system.mjs";

let system, phone, desk;

before(async () => {
  system = await start();
  phone = await enter(system, "resident", { viewport: { width: 390, height: 844 } });
  desk = await enter(system, "manager", {});
});
after(async () => {
  await phone?.context().close();
  await desk?.context().close();
  await system?.stop();
});

const button = (page, name) => page.getByRole("button", { name, exact: true });
const fen = (text) => Math.round(Number(text) * 100);
const SITE = "1号地下车库充电区";

/** Open the page of the site, and return the number of one that is free. */
async function toSite() {
  await phone.goto(`${system.url}/my/charging`);
  await phone.getByRole("link", { name: SITE }).click();
  await phone.getByRole("heading", { name: SITE }).waitFor();
  return (await phone.locator("button.plug.free strong").first().innerText()).trim();
}
const pick = (label) => phone.locator("button.plug.free", { hasText: label }).first().click();

test("every place of a site is shown, also where there are many, and the nearest site comes first", async () => {
  await phone.goto(`${system.url}/my/charging`);
  await phone.getByRole("link", { name: SITE }).waitFor();
  const away = (await phone.locator("a.site").allInnerTexts()).map((text) => Number(/约 (\d+) 米/.exec(text)?.[1] ?? NaN));
  assert.ok(away.length >= 3 && away.every((one, n) => !n || away[n - 1] <= one), `not by distance: ${away}`);

  const shed = phone.locator("a.site", { hasText: "1号车棚充电" });
  const all = Number(/共 (\d+) 个/.exec(await shed.innerText())?.[1]);
  await shed.click();
  await phone.getByRole("heading", { name: "1号车棚充电" }).waitFor();
  assert.equal(await phone.locator("button.plug").count(), all);
  assert.equal(await phone.locator(".plan .spot").count(), all);
});

test("what is kept is shown until it is given up", async () => {
  const label = await toSite();
  await pick(label);
  await button(phone, "保留 15 分钟").click();
  await phone.getByText(/为您保留到/).waitFor();

  await phone.goto(`${system.url}/my/charging`);
  await phone.getByText(/为您保留到/).waitFor();
  await button(phone, "取消预约").click();
  await phone.getByText("已取消，别人可以用了").waitFor();
  await phone.getByText(/为您保留到/).waitFor({ state: "detached" });
});

test("a charging goes from a free place to a receipt whose lines are its sum", async () => {
  const label = await toSite();
  await pick(label);
  await phone.getByText("赶时间？告诉我们几点要用车").click();
  await phone.getByLabel("想充多少度").fill("20");
  assert.ok(await button(phone, "开始充电").isDisabled(), "one of the two was enough");
  await phone.getByLabel("几点要用车", { exact: true }).fill("07:30");
  await button(phone, "开始充电").click();
  await phone.getByRole("heading", { name: "充电中" }).waitFor();
  await phone.getByText(/07:30 前要 20.0 度/).waitFor();
  await phone.locator(".figures strong").first().filter({ hasNotText: "0.00 元" }).waitFor();

  await desk.goto(`${system.url}/${system.community}/charging`);
  const seen = desk.locator("article.session", { hasText: `${label} 充电中` }).first();
  await seen.getByText(/07:30 前要/).waitFor();

  await phone.goto(`${system.url}/my/charging`);
  await phone.getByRole("link", { name: SITE }).last().click();
  await phone.locator("button.plug.mine", { hasText: label }).click();
  await button(phone, "停止充电").click();
  await phone.getByRole("heading", { name: "账单" }).first().waitFor();
  const [lines, total] = await Promise.all([
    phone.locator("table.proof tbody td:last-child").allInnerTexts(),
    phone.locator("table.proof .total").allInnerTexts(),
  ]);
  assert.equal(lines.reduce((sum, one) => sum + fen(one), 0), fen(total[0] ?? "0"));
  await phone.getByText("自己停止").waitFor();
  await phone.getByText(/已退回 [0-9.]+ 元/).waitFor();

  const news = phone.locator("aside.news");
  await news.getByText(/的充电已(结束：您停止了充电|结算).*退回/).waitFor();
  await button(news, "知道了").click();
  await news.waitFor({ state: "detached" });
});

test("the desk pays back a part of what a charging cost, from its page", async () => {
  await desk.goto(`${system.url}/${system.community}/charging`);
  await desk.getByText("已结算", { exact: true }).click();
  const paid = desk.locator("article.session", { hasText: "自己停止" }).first();
  await paid.getByRole("button").first().click();
  await button(paid, "退款").click();
  const dialog = desk.getByRole("dialog");
  await dialog.getByLabel("退多少元").fill("999");
  await dialog.getByLabel("为什么退").fill("充电桩显示有误");
  assert.ok(await button(dialog, "退款").isDisabled(), "more than was paid could be asked for");
  await dialog.getByLabel("退多少元").fill("0.01");
  await button(dialog, "退款").click();
  await desk.getByText("已退款", { exact: true }).waitFor();
});

test("a plate begins nothing until it is switched on, and the phone shows a code", async () => {
  await phone.goto(`${system.url}/my/charging/plates`);
  const first = phone.getByRole("switch").first();
  await first.waitFor();
  assert.equal(await first.isChecked(), false);
  await first.check();
  await phone.getByText(/已打开/).waitFor();
  await phone.reload();
  await phone.getByRole("switch").first().waitFor();
  assert.equal(await phone.getByRole("switch").first().isChecked(), true);

  const vin = phone.getByLabel(/的车架号/).first();
  await vin.fill("LSVAU2A37N123456O");
  await phone.getByText("应为 17 位字母和数字，没有 I、O、Q").waitFor();
  await vin.fill("LSVAU2A37N1234567");
  await button(phone, "登记").first().click();
  await phone.getByText(/：4567，插枪就充/).waitFor();
  await button(phone, "去掉").click();
  await phone.getByText(/：4567，插枪就充/).waitFor({ state: "detached" });

  await phone.goto(`${system.url}/my/charging/code`);
  await phone.getByAltText("充电码").waitFor();
});

test("the desk sets up a site, and asks for other prices that a second person must let pass", async () => {
  await desk.goto(`${system.url}/${system.community}/charging`);
  await button(desk, "新建站点").click();
  const dialog = desk.getByRole("dialog");
  await dialog.getByLabel("编号").fill("ev-east");
  await dialog.getByLabel("中文名称").fill("东门充电区");
  await dialog.getByLabel("在哪里").fill("1号地下车库");
  await dialog.locator(".hits button").first().click();
  await button(dialog, "保存").click();
  await desk.getByRole("heading", { name: "东门充电区" }).waitFor();

  await desk.getByRole("link", { name: "电价" }).click();
  await desk.getByLabel("站点").selectOption({ label: "东门充电区" });
  await button(desk, "提出改价").click();
  await desk.getByLabel("服务费 元/度").first().fill("0.45");
  await desk.getByLabel("为什么改").fill("电网夜间调价");
  await button(desk, "看看别人会读到什么").click();
  await desk.getByText(/00:00–08:00 0\.3200\+0\.4500/).waitFor();
  await button(desk, "提交审批").click();
  await desk.getByRole("heading", { name: "等第二个人决定" }).waitFor();
});

test("a sticker's code opens its place and begins nothing; without a camera the field does it", async () => {
  await desk.goto(`${system.url}/${system.community}/charging`);
  const panel = desk.locator("section.panel", { has: desk.getByRole("heading", { name: SITE }) });
  const sheet = await (await desk.request.get(await panel.getByRole("link", { name: "打印扫码贴纸" }).getAttribute("href").then((to) => system.url + to))).text();
  assert.equal(sheet.split("<svg").length - 1, await panel.locator(".plug").count());

  await phone.goto(`${system.url}/my/charging`);
  await button(phone, "扫桩上的码").click();
  await phone.getByText(/不能扫码|没有打开相机/).waitFor();
  await phone.getByLabel("扫码内容或桩号").fill(`${system.url}/my/charging?at=ev-g1-z1-1&in=elsewhere`);
  await button(phone, "去充电").click();
  await phone.getByText("这个码是另一个小区的充电口，这里充不了。").waitFor();

  await phone.goto(`${system.url}/my/charging`);
  await phone.evaluate((held) => {
    window.BarcodeDetector = class { detect = async () => [{ rawValue: held }]; };
    const paper = document.createElement("canvas");
    paper.getContext("2d");
    navigator.mediaDevices.getUserMedia = async () => paper.captureStream(5);
    setInterval(() => paper.getContext("2d").fillRect(0, 0, 9, 9), 50);
  }, `${system.url}/my/charging?at=ev-g1-z1-1&in=${system.community}`);
  await button(phone, "扫桩上的码").click();
  await button(phone, "开始充电").waitFor();
  assert.match(phone.url(), /\?at=ev-g1-z1-1&in=/);
  const own = await (await phone.request.get(`${system.url}/api/v1/${system.community}/my/charging`)).json();
  assert.deepEqual(own.open, [], "a charging began by reading a code");
});

test("the desk says which camera sees a bay", async () => {
  await desk.goto(`${system.url}/${system.community}/charging`);
  const panel = desk.locator("section.panel", { has: desk.getByRole("heading", { name: SITE }) });
  await button(panel, "车位摄像机").click();
  const dialog = desk.getByRole("dialog");
  const camera = dialog.getByRole("searchbox", { name: "车位摄像机" });
  await camera.fill("摄像");
  await dialog.getByRole("status").waitFor();
  assert.ok(await button(dialog, "保存").isDisabled(), "what was typed and not picked could be saved as none");
  await dialog.locator(".hits button").first().click();
  await dialog.getByLabel("摄像机的车道号").fill("x");
  await dialog.getByText("最多四位数字").waitFor();
  await dialog.getByLabel("摄像机的车道号").fill("1");
  await button(dialog, "保存").click();
  await dialog.waitFor({ state: "detached" });

  await desk.reload();
  await button(panel, "车位摄像机").click();
  await desk.waitForFunction(() => [...document.querySelectorAll("input[type=search]")].some(({ value }) => value.includes("(")));
  assert.equal(await desk.getByRole("dialog").getByLabel("摄像机的车道号").inputValue(), "1");
  await desk.keyboard.press("Escape");
});

test("a site is closed with its reason, residents read why and until when, and it is opened again", async () => {
  const panel = desk.locator("section.panel", { has: desk.getByRole("heading", { name: SITE }) });
  await desk.goto(`${system.url}/${system.community}/charging`);
  await button(panel, "关闭站点").click();
  const dialog = desk.getByRole("dialog");
  await dialog.getByLabel("为什么关闭").selectOption({ label: "安全检查" });
  await dialog.getByLabel("补充说明（居民看得到）").fill("消防检查");
  await dialog.getByLabel("预计什么时候开放").fill("2020-01-01T08:00");
  assert.ok(await button(dialog, "关闭站点").isDisabled(), "it was to open before it is closed");
  await dialog.getByLabel("预计什么时候开放").fill("2099-01-01T08:00");
  await button(dialog, "关闭站点").click();
  await panel.getByText("暂停使用：安全检查").waitFor();

  await phone.goto(`${system.url}/my/charging`);
  const read = await phone.locator("a.site", { hasText: SITE }).locator(".closed").innerText();
  assert.match(read.replace(/\s+/g, " "), /暂停使用：安全检查 · 预计 2099.* 开放 · 消防检查/);
  await phone.locator("a.site", { hasText: SITE }).click();
  await phone.locator("p .closed").waitFor();
  assert.equal(await phone.locator("button.plug.free").count(), 0);

  await button(panel, "重新开放").click();
  await panel.getByText("暂停使用：安全检查").waitFor({ state: "detached" });
});

for (const [who, paths] of [
  ["phone", ["/my/charging", "/my/charging?at=A05", "/my/charging/sites/shed-1", "/my/charging/plates", "/my/charging/code"]],
  ["desk", ["/charging", "/charging/tariffs"]],
]) {
  test(`pages of charging have no finding and fit, in both languages: ${who}`, async () => {
    const page = who === "phone" ? phone : desk;
    for (const path of paths) {
      await page.goto(`${system.url}${who === "phone" ? "" : `/${system.community}`}${path}`);
      await page.locator("#main h1").first().waitFor();
      await page.waitForLoadState("networkidle");
      assert.deepEqual(await findings(page), [], path);
      for (const language of ["en", "zh"]) {
        await speak(page, language);
        assert.deepEqual(await tooWide(page), [], `${path} ${language}`);
      }
    }
  });
}
