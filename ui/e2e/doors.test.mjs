/** A card lives and dies by screens: opened at the desk, reported lost on the phone, dead at the door; a tap opens. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { enter, signInOf } from "./browser.mjs";
import { demo, eventually } from "./hands.mjs";
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

/** Show something at the door of his house; return the line of it in his passages. */
async function showAtDoor(way, ...value) {
  const { items } = await (await phone.request.get(`${system.url}/api/v1/${system.community}/my/doors`)).json();
  const { code } = items.find((one) => one.kind === "door");
  const passages = async () => (await (await desk.request.get(`${system.url}/api/v1/${system.community}/passages?door=${code}`)).json()).items;
  const before = (await passages()).length && (await passages())[0].id;
  await demo(system, "show", code, way, ...value);
  return eventually(async () => (await passages()).find((one) => one.id > before && one.way === way), 30);
}

const button = (page, name) => page.getByRole("button", { name, exact: true });

test("a tap opens the resident's own door, and it stands in his passages and on the console", async () => {
  await phone.goto(`${system.url}/my/doors`);
  const line = phone.locator("li.door", { hasText: "单元门" }).first();
  const name = (await line.locator("strong").innerText()).trim();
  await line.getByRole("button").click();
  await phone.getByText(`${name} 已开`).waitFor();

  await phone.goto(`${system.url}/my/doors/passages`);
  await phone.locator("li", { hasText: name }).filter({ hasText: "手机开门" }).first().waitFor();
  await desk.goto(`${system.url}/${system.community}/passages`);
  await desk.locator("li", { hasText: name }).filter({ hasText: "手机开门" }).first().waitFor();
});

test("the QR code shows and says how long it is good", async () => {
  await phone.goto(`${system.url}/my/doors`);
  await button(phone, "出示二维码").click();
  await phone.getByAltText("我的开门二维码").waitFor();
  await phone.getByRole("timer").waitFor();
});

test("a card that its holder reports lost on the phone is lost at the desk, and found again", async () => {
  assert.equal((await showAtDoor("card")).opened, true);
  await phone.goto(`${system.url}/my/doors/ways`);
  await button(phone, "挂失").first().click();
  await phone.getByRole("dialog").getByRole("button", { name: "挂失", exact: true }).click();
  await button(phone, "找到了，恢复使用").waitFor();
  const dead = await showAtDoor("card");
  assert.deepEqual([dead.opened, dead.reason], [false, "lost"]);

  const { name } = signInOf(system, "resident");
  await desk.goto(`${system.url}/${system.community}/credentials`);
  await desk.getByLabel("住户、员工姓名，手机号或卡号").fill(name.split(" ")[0]);
  await desk.getByRole("button", { name: new RegExp(name.split(" ")[0]) }).first().click();
  const lost = desk.locator("li", { hasText: "已挂失" }).first();
  await lost.getByText(/✓ (在用的门都已知道|已发给在用的门)/).waitFor();

  await button(phone, "找到了，恢复使用").click();
  await button(phone, "挂失").first().waitFor();
});

test("without a face every other way is named, and the console opens a door with a word for it", async () => {
  await phone.goto(`${system.url}/my/doors/ways`);
  assert.match(await phone.locator("section.panel", { hasText: "刷脸开门" }).innerText(), /二维码.*密码|都不用人脸/s);

  await desk.goto(`${system.url}/${system.community}/doors`);
  await desk.locator("a.door").first().click();
  await button(desk, "开门").click();
  await desk.locator("li", { hasText: "值守开门" }).first().waitFor();
});

test("digits of his own open his door; those for when he is forced open it too, and call for help without a word", async () => {
  await phone.goto(`${system.url}/my/doors/ways`);
  const made = async (name) => {
    await button(phone, name).click();
    return phone.locator("strong.digits").innerText();
  };
  const usual = await showAtDoor("pin", await made("换一个新密码"));
  const forced = await showAtDoor("pin", await made("设求救密码"));

  assert.deepEqual([usual.opened, forced.opened], [true, true]);
  await desk.goto(`${system.url}/${system.community}/cases?view=list`);
  await desk.getByText("胁迫开门").first().waitFor();
});
