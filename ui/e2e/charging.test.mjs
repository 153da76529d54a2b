/** A charging by OCPP, from a tap on the phone to its receipt; and the desk sees it, with its proof. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { enter } from "./browser.mjs";
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

test("a charging goes from the code on the charger to a receipt whose lines are its sum", async () => {
  await phone.goto(`${system.url}/my/charging`);
  const bay = phone.locator("section.panel", { hasText: "1号地下车库充电区" });
  const label = (await bay.locator(".plug.free strong").first().innerText()).trim();
  await phone.getByLabel("扫码内容或桩号").fill(label);
  await button(phone, "去充电").click();
  await button(phone, "开始充电").click();
  await phone.getByRole("heading", { name: "充电中" }).waitFor();

  await desk.goto(`${system.url}/${system.community}/charging`);
  await desk.locator("article.session", { hasText: `${label} 充电中` }).first().waitFor();

  await button(phone, "停止充电").click();
  await phone.getByRole("heading", { name: "账单" }).first().waitFor();
  const [lines, total] = await Promise.all([
    phone.locator("table.proof tbody td:last-child").allInnerTexts(),
    phone.locator("table.proof .total").allInnerTexts(),
  ]);
  assert.equal(lines.reduce((sum, one) => sum + fen(one), 0), fen(total[0] ?? "0"));
  await phone.getByText("自己停止").waitFor();
  await phone.getByText(/已退回 [0-9.]+ 元/).waitFor();
});
