/** Doors are set up by screens: entered and changed, put into groups, rights given and taken back, somebody barred, a
 *  card handed over, a passage looked at with its picture. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { enter } from "./browser.mjs";
import { ask } from "./hands.mjs";
import { findings, tooWide } from "./judge.mjs";
import { beside, start } from "./system.mjs";

const PHONE = { viewport: { width: 390, height: 844 } };
let system, desk, staff, person;

before(async () => {
  system = await start();
  desk = await enter(system, "manager", {});
  const place = (await ask(desk, system, "GET", "/doors?limit=1")).items[0].place;
  await ask(desk, system, "POST", "/devices", { code: "e2e-door", model: "access_door", place, name: { zh: "后勤门", en: "Service door" } });
  await ask(desk, system, "POST", "/devices", { code: "e2e-cam", model: "camera", place, name: { zh: "后勤门摄像机", en: "Service camera" } });
  staff = (await ask(desk, system, "GET", "/staff?limit=1")).items[0].name;
  person = (await ask(desk, system, "GET", "/people?limit=1")).items[0].name;
});
after(async () => {
  await desk?.context().close();
  await system?.stop();
});

const button = (page, name) => page.getByRole("button", { name, exact: true });
const go = (page, path) => page.goto(`${system.url}/${system.community}/${path}`);
const dialog = () => desk.getByRole("dialog");
/** Choose the first that is offered for what is typed into a field of a search. */
async function pick(where, label, text) {
  await where.getByLabel(label, { exact: true }).fill(text);
  await where.locator(".hits button", { hasText: text }).first().click();
}

test("a device becomes a door, with its camera; what is not filled in is said, and it is changed", async () => {
  await go(desk, "doors");
  await desk.getByRole("link", { name: "登记一扇门" }).click();
  await button(desk, "登记一扇门").click();
  await desk.getByText("选一台设备。").waitFor();
  await pick(desk, "设备", "e2e-cam");
  await desk.getByText("这台设备不是门禁、电梯或道闸，请换一台。").waitFor();
  await pick(desk, "设备", "e2e-door");
  await pick(desk, "拍这扇门的摄像机", "e2e-cam");
  await desk.getByText("断电锁", { exact: true }).click();
  await button(desk, "加一个读头").click();
  await button(desk, "加一段时间").click();
  await button(desk, "登记一扇门").click();
  await desk.getByRole("heading", { name: "怎么管" }).waitFor();
  const kept = desk.locator("section.panel", { hasText: "怎么管" });
  await kept.getByText("断电锁").waitFor();
  await kept.getByText("每天 08:00–18:00").waitFor();
  await kept.getByRole("link", { name: "后勤门摄像机" }).waitFor();

  await desk.getByRole("link", { name: "改设置" }).click();
  await desk.getByText("拦", { exact: true }).click();
  await button(desk, "保存").click();
  await desk.getByText("要写明是哪个区域。").waitFor();
  await desk.getByLabel("区域", { exact: true }).fill("yard");
  await button(desk, "保存").click();
  await desk.getByText("拦 · yard").waitFor();
  const told = await ask(desk, system, "GET", "/doors/e2e-door");
  assert.deepEqual([told.camera, told.fails, told.area, told.back_rule, told.readers.length], ["e2e-cam", "secure", "yard", "hard", 2]);
});

test("doors stand in a group, a staff member gets a right to it by night and loses it again", async () => {
  await go(desk, "door-groups");
  await button(desk, "新建门组").click();
  await dialog().getByLabel("编号", { exact: true }).fill("e2e");
  await dialog().getByLabel("中文名称", { exact: true }).fill("后勤通道");
  await pick(dialog(), "加一扇门", "后勤门");
  await button(dialog(), "保存").click();
  await desk.locator("li", { hasText: "后勤通道" }).getByText("1 扇门").waitFor();
  await desk.getByRole("link", { name: "谁有权限 后勤通道" }).click();

  await desk.getByText("没有符合条件的权限。").waitFor();
  await button(desk, "给权限").click();
  await dialog().getByLabel("类别").selectOption("staff");
  await pick(dialog(), "给谁 · 是谁", staff);
  await dialog().getByText("当班时才能过（按排班）").click();
  await button(dialog(), "加一段时间").click();
  await dialog().getByLabel("从", { exact: true }).fill("22:00");
  await dialog().getByLabel("到", { exact: true }).fill("06:00");
  await button(dialog(), "给权限").click();
  const line = desk.locator("li", { hasText: "每天 22:00–次日 06:00" });
  await line.getByText("当班时才能过").waitFor();

  await go(desk, "door-groups");
  await button(desk, "删除 后勤通道").click();
  await dialog().getByText("还有人在用，不能删除", { exact: false }).waitFor();
  assert.equal(await button(dialog(), "删除").isDisabled(), true);
  assert.deepEqual(await findings(desk), []);
  await dialog().getByRole("link", { name: "去收回权限" }).click();
  await line.waitFor();

  await go(desk, "doors/e2e-door");
  await desk.locator("li", { hasText: "经门组“后勤通道”" }).waitFor();
  await desk.getByRole("link", { name: "给权限、收回" }).click();
  await desk.locator("li", { hasText: "后勤通道" }).getByRole("button", { name: /^收回/ }).click();
  await button(dialog(), "收回").click();
  await desk.getByText("没有符合条件的权限。").waitFor();
  assert.deepEqual((await ask(desk, system, "GET", "/door-rights?group=e2e")).items, []);

  await go(desk, "door-groups");
  await button(desk, "改 后勤通道").click();
  await dialog().getByLabel("中文名称", { exact: true }).fill("后勤门");
  await button(dialog(), "保存").click();
  await button(desk, "删除 后勤门").click();
  await button(dialog(), "删除").click();
  await button(desk, "删除 后勤门").waitFor({ state: "detached" });
  assert.deepEqual((await ask(desk, system, "GET", "/door-groups")).items.filter(({ code }) => code === "e2e"), []);
});

test("somebody is barred with a reason, and let pass again", async () => {
  await go(desk, "barred");
  await button(desk, "禁止通行").click();
  await pick(dialog(), "住户", person);
  await dialog().getByLabel("原因").fill("多次带陌生人尾随");
  await button(dialog(), "禁止通行").click();
  const line = desk.locator("li", { hasText: "多次带陌生人尾随" });
  await line.getByRole("button", { name: /解除/ }).click();
  await button(dialog(), "解除").click();
  await desk.getByText("没有人被禁止通行。").waitFor();
});

test("a card for a staff member waits at the desk, and is handed over", async () => {
  await go(desk, "credentials");
  await desk.getByText("没有待领取的").waitFor();
  await desk.getByLabel("住户、员工姓名，手机号或卡号").fill(staff);
  await desk.getByRole("button", { name: /员工/ }).first().click();
  await button(desk, "开新卡").click();
  await dialog().getByText("手机卡/NFC", { exact: true }).click();
  await dialog().getByLabel(/手机卡号/).fill("0987654321");
  await dialog().getByText("先放在前台，交到本人手里再启用").click();
  await button(dialog(), "开新卡").click();
  await desk.locator("li", { hasText: "待领取" }).first().waitFor();

  await go(desk, "credentials");
  const line = desk.locator("li", { hasText: "手机卡" }).first();
  await button(line, "领取").click();
  await button(dialog(), "领取").click();
  await desk.getByText("没有待领取的").waitFor();
  await desk.getByLabel("住户、员工姓名，手机号或卡号").fill(staff);
  await desk.getByRole("button", { name: /员工/ }).first().click();
  const open = desk.locator("li", { hasText: "********4321" }).or(desk.locator("li", { hasText: "手机卡" })).first();
  await button(open, "经过").click();
  await open.getByText("领取", { exact: true }).waitFor();
});

test("a passage shows its picture for a purpose, and not before", async () => {
  await ask(desk, system, "POST", "/doors/e2e-door/open", { key: "e2e" });
  assert.notEqual(await beside(system, "pictured.py", system.community, "e2e-door"), "");
  await go(desk, "passages?door=e2e-door");
  await desk.getByRole("button", { name: /详情与照片/ }).click();
  assert.equal(await dialog().locator("img").count(), 0);
  await button(dialog(), "查看并记录").click();
  await button(dialog(), "看第 1 张照片").click();
  await dialog().locator("img").waitFor();
  await desk.waitForFunction(() => document.querySelector("[role=dialog] img")?.naturalWidth === 320);
  assert.deepEqual(await findings(desk), []);
});

test("what the desk fills in reads well on a phone", async () => {
  for (const path of ["door-new", "doors/e2e-door/edit", "credentials", "barred", "door-rights?group=e2e"]) {
    await go(desk, path);
    await desk.locator("nav.tabs, form.form").first().waitFor();
    await desk.waitForLoadState("networkidle");
    assert.deepEqual([path, await findings(desk)], [path, []]);
    assert.deepEqual([path, await tooWide(desk)], [path, []]);
  }
  await button(desk, "给权限").click();
  await button(dialog(), "加一段时间").click();
  assert.deepEqual(await findings(desk), []);
});

test("on a phone, and for a guard who may look only, nothing is too wide and nothing is offered that is refused", async () => {
  const guard = await enter(system, "guard", PHONE);
  try {
    for (const path of ["doors/e2e-door", "door-rights", "door-groups", "passages"]) {
      await go(guard, path);
      await guard.locator("nav.tabs").waitFor();
      await guard.waitForLoadState("networkidle");
      assert.deepEqual([path, await tooWide(guard)], [path, []]);
      assert.deepEqual([path, await findings(guard)], [path, []]);
    }
    const tabs = await guard.locator("nav.tabs a").allInnerTexts();
    assert.deepEqual(tabs, ["门禁", "通行记录", "通行权限", "门组"]);
    assert.equal(await guard.getByRole("button", { name: /给权限|收回|新建门组/ }).count(), 0);
  } finally {
    await guard.context().close();
  }
});
