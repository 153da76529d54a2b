/** What a resident meets in a year, each by the screens of whom it concerns: a package for the e-bike and its rest, a month of
 *  parking, a face that is taken and gone again, something that he reports, a guest whose car is left behind, somebody who
 *  moves out and opens nothing any more. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { enter, signInOf } from "./browser.mjs";
import { ask, demo, eventually } from "./hands.mjs";
import { findings, tooWide } from "./judge.mjs";
import { beside, start } from "./system.mjs";

const PHONE = { viewport: { width: 390, height: 844 } };
const SHED = "1号车棚充电";
const CARD = String(4_000_000_000 + (Date.now() % 200_000_000));
let system, phone, desk, manager, member;

before(async () => {
  system = await start();
  phone = await enter(system, "resident", PHONE);
  desk = await enter(system, "front_desk");
  manager = await enter(system, "manager");
});
after(async () => {
  for (const page of [phone, desk, manager, member]) await page?.context().close();
  await system?.stop();
});

const button = (page, name) => page.getByRole("button", { name, exact: true });
const dialog = (page) => page.getByRole("dialog");
const told = async (page, path) => (await page.request.get(`${system.url}/api/v1/${system.community}${path}`)).json();
const my = (page, path) => page.goto(`${system.url}/my/${path}`);
const staff = (page, path) => page.goto(`${system.url}/${system.community}${path}`);
const fen = (text) => Math.round(Number(text.replace(/[^\d.]/g, "")) * 100);

async function wallet() {
  await my(phone, "wallet");
  await phone.locator(".sum").waitFor();
  return fen(await phone.locator(".sum").first().textContent());
}

/** Judge a phone's page as it stands, then let it be as wide as before. */
async function sound(page) {
  assert.deepEqual(await findings(page), []);
  assert.deepEqual(await tooWide(page), []);
  await page.setViewportSize(PHONE.viewport);
}

/** Show something at a door; return whether it opened, and why. */
async function show(door, way, ...value) {
  await eventually(async () => (await told(manager, `/devices/${door}`)).online, 60);
  const passages = async () => (await told(manager, `/passages?door=${door}`)).items;
  const newest = (await passages())[0]?.id ?? 0;
  await demo(system, "show", door, way, ...value);
  const seen = await eventually(async () => (await passages()).find((one) => one.id > newest && one.way === way), 30);
  return [seen.opened, seen.reason];
}

/** Who has looked it through lets a request of a kind pass. */
async function agree(page, card) {
  await staff(page, "/approvals");
  const asked = page.locator("article.card.waiting", card).first();
  const said = await asked.innerText();
  await button(asked, "同意").click();
  await button(dialog(page), "同意").click();
  await dialog(page).waitFor({ state: "detached" });
  return said;
}

test("a package for the e-bike is bought, pays for a charging, and what is left of it goes back into the wallet", async () => {
  const had = await wallet();
  await my(phone, "charging");
  await phone.getByRole("link", { name: SHED }).click();
  await phone.getByRole("heading", { name: SHED }).waitFor();
  await phone.locator("button.plug.free").first().click();
  await button(phone, "购买").click();
  await dialog(phone).getByText(/30 天内可用 30.0 度.*没用完的随时按剩余电量退/).waitFor();
  await sound(phone);
  await button(dialog(phone), "用钱包付 25.00 元").click();
  await phone.getByText(/电动自行车月卡 30 度：剩 30.0 度/).waitFor();

  await button(phone, "开始充电").click();
  await phone.getByRole("heading", { name: "充电中" }).waitFor();
  const number = phone.url().split("/").pop();
  assert.ok(Number(await beside(system, "hour_charged.py", number, 300)) >= 300);
  await button(phone, "停止充电").click();
  await phone.getByRole("heading", { name: "账单" }).first().waitFor();
  const lines = (await phone.locator("table.proof tbody td:last-child").allInnerTexts()).map((text) => Math.round(Number(text.replace("−", "-")) * 100));
  assert.ok(lines.some((one) => one > 0) && lines.at(-1) < 0, `the package pays: ${lines}`);
  assert.equal(lines.reduce((sum, one) => sum + one, 0), 0, "nothing is left to pay");
  await sound(phone);

  await my(phone, "charging");
  const line = phone.locator("p", { hasText: "电动自行车月卡 30 度：剩 29.7 度" });
  await button(line, "退掉剩余").click();
  const tells = await dialog(phone).getByText(/退回钱包 [0-9.]+ 元/).innerText();
  const back = fen(/退回钱包 ([0-9.]+) 元/.exec(tells)[1]);
  assert.ok(back > 2_400 && back < 2_500, tells);
  await sound(phone);
  await button(dialog(phone), "退掉剩余").click();
  await line.waitFor({ state: "detached" });
  assert.equal(await wallet(), had - 2_500 + back);
  await phone.locator(".line", { hasText: `+${(back / 100).toFixed(2)}` }).first().waitFor();
});

const until = async () => Date.parse((await told(phone, "/my/parking")).permits[0].until);

test("a month of parking that is over is renewed: with too little in the wallet another way, at the desk, and out of the wallet", async () => {
  await my(phone, "car");
  const monthly = phone.locator("section.panel", { has: phone.getByRole("heading", { name: "月租" }) });
  await monthly.getByText("已到期，停车按时计费").waitFor();
  assert.ok(await button(monthly, "用钱包续一个月 300.00 元").isDisabled(), "more than is in the wallet could be taken out of it");
  await monthly.getByText(/不够续一个月/).waitFor();
  await sound(phone);
  await button(monthly, "用其他方式付").click();
  await phone.getByRole("button", { name: /用演示收银台付/ }).click();
  await phone.getByRole("button", { name: /通知两次/ }).click();
  await phone.waitForURL(/my\/wallet\/orders/);
  await phone.getByText("已支付").first().waitFor();
  await eventually(async () => (await until()) > Date.now() + 27 * 86_400_000);
  const first = await until();
  assert.ok(first < Date.now() + 32 * 86_400_000, "told twice, it is one month");

  const [{ plate }] = (await told(phone, "/my/parking")).cars;
  await staff(desk, "/parking/permits");
  await desk.getByLabel("按完整车牌查").fill(plate);
  await desk.keyboard.press("Enter");
  await desk.locator("main li").nth(1).waitFor({ state: "detached" });
  const permit = desk.locator("main li");
  await button(permit, "现金续期").click();
  await button(dialog(desk), "收现金 300.00 元").click();
  const receipt = desk.getByRole("dialog", { name: "收据" });
  await receipt.getByText(/收现金 300.00 元/).waitFor();
  await button(receipt, "取消").click();
  const second = await until();
  assert.ok(second > first + 27 * 86_400_000 && second < first + 32 * 86_400_000);

  await staff(manager, "/finance/cash");
  const name = signInOf(system, "resident").name.split(" ")[0];
  const has = ((await wallet()) / 100).toLocaleString("en-US", { minimumFractionDigits: 2 });
  await manager.getByLabel(/找人/).fill(name);
  await button(manager.locator(".found > li", { hasText: `余额 ${has} 元` }).first(), "收现金").click();
  await dialog(manager).getByLabel("多少元").fill("300");
  await button(dialog(manager), "已收 300.00 元").click();
  await manager.getByText(`已收 300.00 元，存入 ${name} 的钱包`).waitFor();
  await my(phone, "car");
  await button(phone, "用钱包续一个月 300.00 元").click();
  await phone.getByText("已续费").waitFor();
  assert.ok((await until()) > second + 27 * 86_400_000);
  assert.equal(await monthly.getByText("已到期").count(), 0);
});

test("a face opens where it was taken after a consent of its own, and once that is withdrawn it is gone everywhere, and the card opens still", async () => {
  const ways = await told(phone, "/my/door-ways");
  const [gate] = ways.faces_at;
  const { items } = await told(phone, "/my/doors");
  const { zh } = items.find(({ code }) => code === gate).name;
  assert.equal((await show(gate, "face"))[0], false, "a face that nobody took opened");

  await my(phone, "doors/ways");
  const panel = phone.locator("section.panel", { has: phone.getByRole("heading", { name: "刷脸开门" }) });
  await panel.getByText(/二维码.*密码.*都照常/).waitFor();
  await button(panel, "我同意开启刷脸").click();
  await dialog(phone).getByText(/只用于开门；可随时关闭/).waitFor();
  await button(dialog(phone), "取消").click();
  assert.equal((await told(phone, "/my/door-ways")).face, false, "asked is not agreed");
  await button(panel, "我同意开启刷脸").click();
  await button(dialog(phone), "我同意开启刷脸").click();
  await panel.getByText(/已开启/).waitFor();
  await sound(phone);
  await button(panel, `到 ${zh} 前录入`).click();
  await phone.getByText("请看着门口机，按它的提示做").waitFor();
  await eventually(async () => (await show(gate, "face"))[0], 60);
  await staff(desk, "/credentials");
  await desk.getByText(/人脸：1 人/).waitFor();

  await my(phone, "privacy");
  await phone.getByRole("listitem").filter({ hasText: "刷脸开门" }).first().getByText(/单独/).first().waitFor();
  await my(phone, "doors/ways");
  await button(panel, "关闭并删除我的人脸").click();
  await panel.getByText(/没有开启/).waitFor();
  assert.equal((await show(gate, "face"))[0], false, "a face opened after the consent was withdrawn");
  assert.equal((await show(gate, "card"))[0], true, "without a face the card opened no more");
  await eventually(async () => {
    const { persons, templates, waiting } = await told(desk, "/door-faces");
    return persons === 0 && templates === 0 && waiting.length === 0;
  }, 60);
  assert.deepEqual(await show(gate, "face"), [false, "unknown"], "the device knows the face still");
  await desk.reload();
  await desk.getByText(/人脸：0 人，0 份/).waitFor();
  assert.equal(await desk.getByText(/还没有机器回执/).count(), 0);
});

test("a link to a case leads whoever only lives here to his own page of it", async () => {
  const place = (await told(phone, "/my/homes")).homes[0].place.split("/").slice(0, 2).join("/");
  const key = `case-${Date.now()}`;
  const made = await ask(phone, system, "POST", "/cases", { kind: "repair.lift", place, title: "电梯有异响", key });

  await staff(phone, `/cases/${made.id}`);
  await phone.waitForURL(new RegExp(`/my/cases/${made.id}$`));
  await phone.getByRole("heading", { name: "电梯有异响" }).waitFor();
  await button(phone, "备注").waitFor();

  assert.equal(await phone.locator("main a[href*='/causes/']").count(), 0);
  await sound(phone);
});

test("a guest's link shows his car alone once the visit is taken back, and is dead when the car is gone", async () => {
  const lane = "bar-g1-ramp", plate = `浙Z${String(Date.now()).slice(-5)}`;
  await eventually(async () => (await told(manager, `/devices/${lane}`)).online, 60);
  const hour = 3_600_000;
  const span = { since: new Date(Date.now() - hour / 60).toISOString(), until: new Date(Date.now() + hour).toISOString() };
  const visit = await ask(phone, system, "POST", "/my/visits", { kind: "guest", guest: { name: "李来", plate }, ...span, uses: 2 });
  const seen = async () => (await phone.request.get(`${system.url}/api/v1/guest/${visit.link}`)).json();
  await demo(system, "drive", lane, "in", plate);
  await eventually(async () => (await seen()).car?.stay, 30);

  await ask(phone, system, "POST", `/my/visits/${visit.id}/withdraw`);
  await phone.goto(`${system.url}/v/${visit.link}`);
  await phone.getByRole("heading", { name: "来访已结束" }).waitFor();
  await phone.getByText("出不去？").waitFor();
  assert.equal(await phone.locator("main img").count(), 0, "a code is shown");
  assert.equal(await phone.getByText("怎么走").count(), 0);
  await sound(phone);

  await demo(system, "drive", lane, "out", plate);
  await eventually(async () => (await seen()).key === "visits.link_dead", 30);
  await phone.reload();
  await phone.getByText("打不开").waitFor();
});

test("somebody moves out: the head asks, the desk agrees, and his card, his digits, his code and his guest open nothing", async () => {
  const grown = JSON.parse(await beside(system, "grown_up.py"));
  system.sign_ins.push({ ...grown, role: "grown-up" });
  member = await enter(system, grown.username, PHONE);
  await staff(desk, "/credentials");
  const homes = (await told(phone, "/my/household")).items;
  const { room, members } = homes.find((one) => one.members.some(({ name }) => name === grown.name));
  const { person } = members.find(({ name }) => name === grown.name);
  await desk.getByLabel("住户、员工姓名，手机号或卡号").fill(grown.name);
  await desk.getByRole("button", { name: grown.name }).filter({ hasText: room.split("/").pop() }).first().click();
  await button(desk, "开新卡").click();
  await dialog(desk).getByLabel(/卡面号码/).fill(CARD);
  await button(dialog(desk), "开新卡").click();
  await desk.getByText("已开卡，所有有权限的门马上认它").waitFor();

  const gate = (await told(member, "/my/doors")).items.find(({ kind }) => kind === "gate").code;
  await my(member, "doors/ways");
  await button(member, "换一个新密码").click();
  const pin = await member.locator("strong.digits").innerText();
  await my(member, "visitors/new");
  await member.getByText("快递", { exact: true }).click();
  await member.getByLabel("称呼").fill("送货的");
  await button(member, "下一步").click();
  await button(member, "下一步").click();
  await button(member, "邀请").click();
  const code = (await member.locator("[data-test=digits]").innerText()).trim();
  const fresh = async () => (await ask(member, system, "POST", "/my/door-code")).token;
  for (const [way, value] of [["card", CARD], ["pin", pin], ["qr", await fresh()], ["code", code]]) {
    const [opened, why] = await show(gate, way, value);
    assert.ok(opened, `${way}: ${why}`);
  }

  await my(phone, "household");
  const line = phone.locator("li.member", { hasText: grown.name });
  await line.getByText(/卡/).first().waitFor();
  await sound(phone);
  await button(line, "申请搬离").click();
  await button(dialog(phone), "提交前台").click();
  await line.getByText("已申请搬离，等前台核实").waitFor();
  assert.equal((await show(gate, "card", CARD))[0], true, "he was put out before the desk had made sure");
  const last = await fresh();
  const card = { hasText: `人员 ${person}` };
  assert.match(await agree(desk, card), new RegExp(`姓名：${grown.name}（家属）`));

  assert.deepEqual(await show(gate, "qr", last), [false, "ended"]);
  assert.deepEqual(await show(gate, "card", CARD), [false, "ended"]);
  assert.equal((await show(gate, "pin", pin))[0], false);
  await eventually(async () => !(await show(gate, "code", code))[0], 60);
  assert.equal((await show(gate, "qr", await fresh()))[0], false, "another code of his opened");
  await my(member, "doors");
  await member.getByText("还没有您能过的门").waitFor();
  await sound(member);
  await phone.reload();
  await phone.getByRole("heading", { name: "我家成员" }).waitFor();
  assert.equal(await phone.locator("li.member", { hasText: grown.name }).count(), 0);
});
