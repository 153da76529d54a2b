/** A resident invites a guest; the guest's code opens gate, house and lift and nothing else; a courier has digits, and a code can
 *  be sent as a picture; a call from the door is seen, talked to and opened; a guest at the gate is asked for. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { enter, open, PATIENCE_MS } from "./browser.mjs";
import { ask, demo, eventually, panel } from "./hands.mjs";
import { findings, tooWide } from "./judge.mjs";
import { start } from "./system.mjs";

const PHONE = { viewport: { width: 390, height: 844 } };
const MARK = Date.now().toString(36);
let system, phone, guest, desk, boss, door, home;

before(async () => {
  system = await start();
  phone = await enter(system, "resident", { ...PHONE, microphone: true });
  guest = await fresh(PHONE);
  desk = await enter(system, "guard", {});
  boss = await enter(system, "manager", {});
  door = await panel();
  home = (await told(phone, "/my/homes")).homes[0];
});
after(async () => {
  for (const page of [phone, guest, desk, boss]) await page?.context().close();
  door?.stop();
  await system?.stop();
});

async function fresh(options) {
  const page = await (await open(options)).newPage();
  page.setDefaultTimeout(PATIENCE_MS);
  return page;
}

const button = (page, name) => page.getByRole("button", { name, exact: true });
const told = async (page, path) => (await page.request.get(`${system.url}/api/v1/${system.community}${path}`)).json();
const doorOf = (kind) => home.doors.find((door) => door.kind === kind).code;

/** Hold the code of a link to a door's reader, as it is at this moment, or type digits; return what became of it. */
async function hold(link, door, way = "qr", digits = "") {
  const { id, passages } = (await told(phone, "/my/visits")).items.find((visit) => visit.link && link.endsWith(visit.link));
  // Devices come back one after another when a system has just begun: what is asked before is heard by nobody.
  await eventually(async () => (await told(desk, `/devices/${door}`)).online, 60);
  const { token } = await (await guest.request.get(`${system.url}/api/v1/guest/${link.split("/v/")[1]}`)).json();
  await demo(system, "show", door, way, digits || token);
  const seen = await eventually(async () => {
    const now = (await told(phone, `/my/visits/${id}`)).passages;
    return now.length > passages.length && now.at(-1);
  });
  return [seen.door, seen.opened];
}

test("a resident lands on pages of his own, and on a phone nothing is too wide", async () => {
  assert.match(phone.url(), /\/my\//);
  await phone.goto(`${system.url}/my/visitors`);
  await phone.getByRole("heading", { name: "访客", exact: true }).waitFor();
  assert.deepEqual(await findings(phone), []);
  assert.deepEqual(await tooWide(phone), []);
  await phone.setViewportSize(PHONE.viewport);
});

test("a resident who sets his home to away is told how long he has to leave it", async () => {
  await phone.goto(`${system.url}/my/home`);
  await phone.getByText("离家", { exact: true }).click();
  await phone.getByText(/^还有 \d+ 秒$/).waitFor();
  assert.deepEqual(await findings(phone), []);
  assert.deepEqual(await tooWide(phone), []);
  await phone.getByText("在家", { exact: true }).click();
  await phone.getByText(/^还有 \d+ 秒$/).waitFor({ state: "detached" });
});

test("his guest's code opens gate, house and lift and nothing else, and dies when it is taken back", async () => {
  await phone.goto(`${system.url}/my/visitors`);
  await phone.getByRole("link", { name: "邀请访客" }).click();
  await phone.getByLabel("称呼").fill(`李来${MARK}`);
  await button(phone, "下一步").click();
  await button(phone, "下一步").click();
  await button(phone, "邀请").click();
  const link = await phone.locator("a[href*='/v/']").getAttribute("href");

  await guest.goto(link);
  await guest.getByRole("img", { name: "通行二维码" }).waitFor();
  assert.deepEqual(await findings(guest), []);
  assert.ok(!(await guest.content()).includes(`李来${MARK}`), "the page names nobody");
  const way = [doorOf("gate"), doorOf("door"), doorOf("lift")];
  for (const door of way) assert.deepEqual(await hold(link, door), [door, true]);
  assert.deepEqual(await hold(link, "door-b20-1"), ["door-b20-1", false]);
  await phone.reload();
  await phone.getByText("已进 1 次").waitFor();
  const page = new URL(phone.url()).pathname;
  const news = async () => (await told(phone, "/notices")).items.filter((one) => one.link === page);
  assert.match((await eventually(async () => (await news())[0])).text.zh, /您的访客到了，从.+进来/);
  assert.equal((await news()).length, 1, "once, and not at every door of the way");
  await phone.getByRole("button", { name: "知道了", exact: true }).first().click();
  await phone.getByLabel("每次到了告诉我").uncheck();
  await phone.getByText("到了不再告诉您").waitFor();

  await button(phone, "收回邀请").click();
  await phone.getByRole("dialog").getByRole("button", { name: "收回邀请" }).click();
  await phone.getByText("已收回").first().waitFor();
  await guest.reload();
  await guest.getByText("打不开").waitFor();
});

test("a courier has digits for the keypad, a code to be sent as a picture, and the doors that were ticked alone", async () => {
  await phone.goto(`${system.url}/my/visitors/new`);
  await phone.getByText("快递", { exact: true }).click();
  await phone.getByLabel("称呼").fill(`快送${MARK}`);
  await button(phone, "下一步").click();
  await button(phone, "下一步").click();
  assert.ok(await phone.getByLabel("另给六位数字，用于键盘").isChecked(), "a courier's hands are full");
  await phone.getByLabel("另给一张能当图片发的二维码").check();
  const lift = home.doors.find(({ kind }) => kind === "lift");
  await phone.getByLabel(lift.name.zh, { exact: true }).uncheck();
  assert.deepEqual(await findings(phone), []);
  await button(phone, "邀请").click();

  const picture = phone.getByRole("img", { name: "能当图片发的二维码" });
  assert.ok(await picture.evaluate((image) => image.decode().then(() => image.naturalWidth > 100)), "the picture is one");
  const digits = await phone.locator("[data-test=digits]").innerText();
  assert.match(digits, /^\d{6}$/);
  const link = await phone.locator("a[href*='/v/']").getAttribute("href");
  await guest.goto(link);
  assert.equal(await guest.locator("[data-test=digits]").innerText(), digits);
  assert.equal(await guest.getByText(lift.name.zh, { exact: true }).count(), 0);
  assert.deepEqual(await hold(link, doorOf("gate"), "code", digits), [doorOf("gate"), true]);
  assert.deepEqual(await hold(link, lift.code, "qr"), [lift.code, false]);
});

test("somebody rings: who answers hears the door, is heard only when he wants to be, and one tap opens", async () => {
  const code = `panel-${MARK}`;
  await ask(boss, system, "POST", "/devices", {
    code, model: "camera", place: home.place.split("/").slice(0, 3).join("/"), name: { zh: "门口机", en: "Door panel" },
    driver: "isapi", options: { connect: `127.0.0.1:${door.port}`, password: door.password },
  });
  await ask(boss, system, "PATCH", `/doors/${doorOf("door")}`, { camera: code });
  await phone.goto(`${system.url}/my/visitors`);
  await phone.getByRole("heading", { name: "访客", exact: true }).waitFor();
  await demo(system, "ring", doorOf("door"), home.place);

  const sheet = phone.getByRole("alertdialog");
  await sheet.getByText("门口有人呼叫").waitFor();
  assert.equal(await sheet.locator("audio").count(), 0, "nothing is heard before somebody answers");
  await button(sheet, "接听").click();
  await sheet.getByText("您能听到门口。门口听不到您。").waitFor();
  await eventually(() => sheet.locator("audio").evaluate(({ srcObject }) => srcObject?.getAudioTracks().some(({ muted }) => !muted)));
  assert.equal((await door.heard()).heard, 0, "nobody is heard who did not press to talk");
  await button(sheet, "说话").click();
  await sheet.getByText("门口能听到您，请说话。").waitFor();
  await eventually(async () => (await door.heard()).loud > 100);
  assert.deepEqual(await findings(phone), []);
  assert.deepEqual(await tooWide(phone), []);
  await phone.setViewportSize(PHONE.viewport);
  await button(sheet, "不说了（门口听不到）").click();
  await sheet.getByText("您能听到门口。门口听不到您。").waitFor();
  await sheet.getByText("不方便说话？让门口说一句").click();
  await button(sheet, "请稍等，我就来。").click();
  await phone.getByText("已告诉门口的屏和音箱").waitFor();
  await button(sheet, "开门").click();
  await sheet.waitFor({ state: "hidden" });

  const call = await eventually(async () => (await told(phone, "/my/calls")).items.find(({ spoke_s }) => spoke_s > 0));
  assert.deepEqual([call.state, call.way, call.part], ["opened", "intercom", "home"]);
  assert.ok(call.talked_s >= call.spoke_s, "it is on record who talked for how long");
  assert.deepEqual((await door.heard()).told, ["open", "close"]);
});

test("a guest at the gate is written down, the home agrees, and the desk sees it", async () => {
  await desk.goto(`${system.url}/${system.community}/gate`);
  await desk.getByRole("heading", { name: "门岗", exact: true }).waitFor();
  assert.deepEqual(await findings(desk), []);
  const token = (await desk.context().cookies()).find((one) => one.name.endsWith("csrftoken")).value;
  const written = await desk.request.post(`${system.url}/api/v1/${system.community}/visits/walk-ins`, {
    data: { place: home.place, guest: { name: `赵访${MARK}`, why: `送材料${MARK}` } },
    headers: { "X-CSRFToken": token, Referer: system.url },
  });
  assert.equal(written.status(), 201, await written.text());

  await phone.goto(`${system.url}/my/visitors`);
  await phone.getByText(`赵访${MARK} 在门岗`).waitFor();
  await button(phone, "让他进来").click();
  const line = desk.getByRole("listitem").filter({ hasText: `送材料${MARK}` }).filter({ hasText: "住户同意" });
  await line.waitFor();

  await line.getByRole("button", { name: "看姓名和电话（会留痕）" }).click();
  await line.getByText(`赵访${MARK}`).waitFor();
});

test("a screen at the gate is put up once, asks the home, hands the guest his pass, and is dead when taken out of use", async () => {
  await boss.goto(`${system.url}/${system.community}/gate`);
  await button(boss, "访客自助屏").click();
  await boss.getByLabel("装在哪个门").fill("南门");
  await boss.locator(".hits button").first().click();
  await boss.getByLabel("编号").fill(`screen-${MARK}`);
  await boss.getByLabel("编号").press("Enter");
  const address = await boss.locator(".made code").innerText();

  const screen = await fresh({ viewport: { width: 1080, height: 1440 } });
  await screen.goto(address);
  const [, house, ...rest] = home.place.split("/");
  await button(screen, "我要来访").click();
  assert.ok(!screen.url().includes("#"), "the secret is taken out of the address");
  await button(screen, `${Number(house.slice(1))}号楼`).click();
  for (const key of rest.at(-1)) await button(screen, key).click();
  await screen.locator(".room", { hasText: `${Number(rest[0].slice(1))}单元` }).first().click();
  await screen.getByLabel("怎么称呼您（住户会看到）").fill(`孙访${MARK}`);
  assert.deepEqual(await findings(screen), []);
  assert.deepEqual(await tooWide(screen), []);
  await button(screen, "问住户").click();
  await screen.getByText("正在问住户").waitFor();

  await phone.goto(`${system.url}/my/visitors`);
  await phone.getByText(`孙访${MARK} 在门岗`).waitFor();
  await phone.getByRole("listitem").filter({ hasText: `孙访${MARK}` }).getByRole("button", { name: "让他进来" }).or(button(phone, "让他进来")).first().click();

  await screen.getByText("住户同意了，请进").waitFor();
  await screen.getByAltText("您的通行码").waitFor();
  await button(screen, "好").click();
  await button(screen, "我要来访").waitFor();
  assert.ok(!(await screen.content()).includes(`孙访${MARK}`), "nothing of the guest is left on the screen");

  await button(boss, "停用").first().click();
  await boss.getByText("已停用", { exact: false }).first().waitFor();
  await eventually(async () => {
    await screen.reload();
    return screen.getByText("这块屏没有启用").waitFor({ timeout: 2_000 }).then(() => true, () => false);
  });
  await screen.context().close();
});
