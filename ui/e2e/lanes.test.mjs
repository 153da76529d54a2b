/** A guest's car comes, stays and leaves, and the fee explains itself; a car behind another; a car where none may stand;
 *  a place for children. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { enter, open, PATIENCE_MS } from "./browser.mjs";
import { ask, demo, eventually } from "./hands.mjs";
import { findings, tooWide } from "./judge.mjs";
import { beside, start } from "./system.mjs";

const PHONE = { viewport: { width: 390, height: 844 } };
const ANOTHER = `浙Z09${String(Math.floor(Math.random() * 100) + 800)}`;
const MARK = Date.now().toString(36);
const RAMP = "bar-g1-ramp";
/** Nobody's in the register, and no car that the simulator drives. */
const GUEST = `浙Z09${String(Math.floor(Math.random() * 100) + 700)}`;
let system, phone, guest, desk, round;

before(async () => {
  system = await start();
  [phone, desk, round] = [await enter(system, "resident", PHONE), await enter(system, "manager", {}), await enter(system, "guard", PHONE)];
  guest = await (await open(PHONE)).newPage();
  guest.setDefaultTimeout(PATIENCE_MS);
  // Devices come back one after another when a system has just begun: what is asked before is heard by nobody.
  for (const lane of [RAMP, "bar-gate-e"]) await eventually(async () => (await ask(desk, system, "GET", `/devices/${lane}`)).online, 60);
});
after(async () => {
  for (const page of [phone, guest, desk, round]) await page?.context().close();
  await system?.stop();
});

const button = (page, name) => page.getByRole("button", { name, exact: true });
const at = (path) => `${system.url}/${system.community}/parking${path}`;
const stayOf = async (plate) => (await ask(desk, system, "GET", `/parking/stays?plate=${encodeURIComponent(plate)}`)).items[0];
const fen = (text) => Math.round(Number(text.replace("−", "-").replaceAll(",", "") || "0") * 100);

async function explained(proof) {
  await proof.waitFor();
  const rows = await proof.locator("tr").evaluateAll((all) => all.map((row) => [row.className, row.lastElementChild.textContent.trim()]));
  const sum = rows.findIndex(([kind]) => kind.includes("sum"));
  assert.equal(rows.slice(0, sum).reduce((total, [, text]) => total + fen(text), 0), fen(rows[sum][1]));
  return fen(rows[sum][1]);
}
async function sound(page) {
  const size = page.viewportSize();
  assert.deepEqual(await findings(page), []);
  assert.deepEqual(await tooWide(page), []);
  await page.setViewportSize(size);
}

test("a resident invites a guest with his car; it comes in, stays five hours, its fee explains itself, it pays and leaves", async () => {
  await phone.goto(`${system.url}/my/visitors`);
  await phone.getByRole("link", { name: "邀请访客" }).click();
  await phone.getByLabel("称呼").fill(`钱来${MARK}`);
  await phone.getByLabel("车牌", { exact: false }).fill(GUEST);
  await button(phone, "下一步").click();
  await button(phone, "下一步").click();
  await phone.getByText(GUEST).waitFor();
  await button(phone, "邀请").click();
  await phone.locator("a[href*='/v/']").waitFor();

  await demo(system, "drive", RAMP, "in", GUEST);
  const stay = await eventually(async () => stayOf(GUEST));
  assert.deepEqual([stay.kind, stay.state, stay.lot], ["visitor", "inside", "g1"]);
  await eventually(async () => {
    await phone.reload();
    return phone.getByText("已进 1 次").waitFor({ timeout: 2_000 }).then(() => true, () => false);
  });
  await beside(system, "hours_pass.py", GUEST, 5);

  await demo(system, "drive", RAMP, "out", GUEST);
  await eventually(async () => (await ask(desk, system, "GET", "/parking/sightings?lane=g1-ramp&what=shut")).items.some((one) => one.stay === stay.id && one.reason === "to_pay"));
  await guest.goto(`${system.url}/pay/${system.community}/g1`);
  await guest.getByLabel(/车牌号/).fill(GUEST);
  await guest.keyboard.press("Enter");
  const owed = await explained(guest.locator("table.proof"));
  assert.ok(owed > 0);
  await guest.locator("table.proof").getByText("访客：免 120 分钟").waitFor();
  await sound(guest);

  await guest.getByRole("button", { name: /付 .* 元/ }).first().click();
  await guest.getByRole("button", { name: /通知两次/ }).click();

  await guest.getByText("已付款，请离场。").waitFor();
  const left = await eventually(async () => ((one) => one.state === "left" && one)(await stayOf(GUEST)));
  assert.deepEqual([left.fee_fen, left.paid_fen, left.settled, left.why], [owed, owed, true, ""]);
});

test("a car behind another is settled at the booth: seen, named by its picture, and in by its own right", async () => {
  await demo(system, "follow", "bar-gate-e", "in");
  await desk.goto(at(""));
  const listed = desk.locator("section.panel", { has: desk.getByRole("heading", { name: "要处理" }) });
  const missed = listed.locator("li", { hasText: "跟车通过" }).first();
  await missed.waitFor();
  await eventually(async () => (await ask(desk, system, "GET", "/alarms?limit=200")).items.some((one) => one.scene === "service.parking.car_followed"));

  await missed.getByRole("button", { name: "看车牌与费用" }).click();
  await missed.getByText("改车牌", { exact: true }).click();
  await missed.getByLabel("车牌", { exact: true }).fill(ANOTHER);
  await missed.getByLabel("原因").fill("看了录像");
  await missed.getByRole("button", { name: "保存" }).click();
  await desk.getByText("已更正").first().waitFor();
  assert.deepEqual(((one) => [one.kind, one.state, one.why])(await stayOf(ANOTHER)), ["hourly", "inside", ""]);

  await desk.goto(at("/sightings"));
  await desk.getByText("跟车的", { exact: true }).click();
  await desk.locator("main li", { hasText: "东门车道" }).filter({ hasText: "跟车通过" }).first().waitFor();
  await sound(desk);
  await desk.getByText("没认出车牌的", { exact: true }).click();
  await desk.getByLabel("车道").selectOption({ label: "东门车道" });
  await desk.locator("main li", { hasText: "没认清" }).first().waitFor();
  assert.match(desk.url(), /lane=gate-e/);
});

test("whoever saw a car on a place for children says so at the booth, and its fee says why it is less", async () => {
  await ask(desk, system, "PUT", "/parking/lots/g1/bays/M-9", { kind: "mother_child" });
  await desk.goto(at(""));
  await desk.getByLabel("按完整车牌查").fill("浙Z09013");
  await desk.keyboard.press("Enter");
  const line = desk.locator("section.panel", { has: desk.getByRole("heading", { name: "查到的车辆" }) }).locator("li").first();
  await line.getByText("浙Z·0***3").waitFor();
  await line.getByRole("button", { name: "看车牌与费用" }).click();
  await line.getByText("母婴 / 无障碍车位", { exact: true }).click();
  await line.getByLabel("停在哪个车位").selectOption({ label: "M-9（母婴）" });
  await line.getByLabel("原因").fill("岗亭老王巡到 B1 看到");
  await sound(desk);
  await line.getByRole("button", { name: "保存" }).click();

  await line.getByText("停在母婴车位 M-9").waitFor();
  await line.locator("table.proof").getByText("母婴车位：免 60 分钟").waitFor();
  await explained(line.locator("table.proof"));
  await line.getByText("M-9：岗亭老王巡到 B1 看到").waitFor();
});

test("a guard on his round reports a car in a fire lane: its owner is told and not shown", async () => {
  const { items } = await ask(phone, system, "GET", "/my/parking").then(({ cars }) => ({ items: cars }));
  await round.goto(at("/report"));
  await round.getByLabel("停在哪里").selectOption({ label: "消防通道 2" });
  await round.getByLabel(/^车牌/).fill(items[0].plate);
  await sound(round);
  await button(round, "报违停").click();
  await round.getByText(/已通知车主或被访人（1 部手机）/).waitFor();
  const page = await round.locator("main").innerText();
  assert.ok(!page.includes(items[0].plate));
  await sound(round);

  await phone.goto(`${system.url}/my/car`);
  await phone.getByText("您的车停在消防通道 2，请尽快移走").waitFor();
  await button(phone, "我马上来移").click();
  await round.getByText("已回复马上来移").waitFor();
  await round.getByRole("listitem").filter({ hasText: "消防通道 2" }).getByRole("button", { name: "已离开" }).click();
  await phone.reload();
  await phone.getByText("您的车停在消防通道 2，请尽快移走").waitFor({ state: "detached" });
});

test("one's own place is lent on the days that are ticked", async () => {
  await phone.goto(`${system.url}/my/car/places`);
  const form = phone.locator("form", { hasText: "哪几天出借" }).first();
  for (const day of ["周一", "周二", "周三", "周四", "周五"]) await form.getByLabel(day).uncheck();
  assert.ok(await form.getByRole("button", { name: /出借/ }).isDisabled());
  for (const day of ["周六", "周日"]) await form.getByLabel(day).check();
  await sound(phone);
  await form.getByRole("button", { name: /出借/ }).click();

  const lent = phone.getByText(/正在出借 .*周末 08:00–18:00/);
  await lent.waitFor();
  await button(phone, "停止出借").click();
  await lent.waitFor({ state: "detached" });
});
