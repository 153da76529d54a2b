/** A tour walked without network and told afterwards; a call for help that goes on to the next until somebody answers. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { enter } from "./browser.mjs";
import { ask } from "./hands.mjs";
import { findings, tooWide } from "./judge.mjs";
import { start } from "./system.mjs";

let system, desk, guard, resident;

before(async () => {
  system = await start();
  desk = await enter(system, "manager");
  guard = await onDuty();
  resident = await enter(system, "resident", { viewport: { width: 390, height: 844 } });
});
after(async () => {
  for (const page of [desk, guard, resident]) await page?.context().close();
  await system?.stop();
});

/** The guard whose shift it is: one works by day, one by night. */
async function onDuty() {
  const names = system.sign_ins.filter(({ role }) => role === "guard").map(({ username }) => username);
  for (const name of names) {
    const page = await enter(system, name, { viewport: { width: 390, height: 844 } });
    if ((await ask(page, system, "GET", "/tours/mine")).on_duty) return page;
    await page.context().close();
  }
  throw new Error("no guard is on duty");
}

const button = (page, name) => page.getByRole("button", { name, exact: true });

test("a point scanned without network is kept on the telephone and told when there is some", async () => {
  const now = new Date(Date.now() + 8 * 3_600_000).toISOString().slice(11, 16);
  const name = `试巡${Date.now() % 100_000}`;
  const route = { name: { zh: name, en: name }, place: system.community, order: "free", points: ["gate-n", "gate-w"] };
  await ask(desk, system, "PUT", `/tours/routes/trial-${Date.now() % 100_000}`, { ...route, windows: [{ days: "1234567", starts: now, minutes: 60 }] });
  const { text } = await ask(desk, system, "GET", "/tours/points/gate-n/code");
  await guard.goto(`${system.url}/${system.community}/rounds`);
  const tour = guard.locator("li.panel", { hasText: name });
  await tour.getByRole("button", { name: "我来走" }).click();
  await tour.getByText("巡更中").waitFor();

  await guard.context().setOffline(true);
  await guard.getByLabel("扫不了时，输入码上的文字").fill(text);
  await button(guard, "记下").click();
  await guard.getByText("1 条记在手机里，等网络补报").waitFor();
  await guard.context().setOffline(false);

  await guard.getByText("✓ 已记下：北门岗").waitFor();
  await tour.getByText("1/2 个点").waitFor();
  await desk.goto(`${system.url}/${system.community}/tours`);
  const seen = desk.locator("li.panel", { hasText: name });
  await seen.getByText("1/2 个点").waitFor();
});

test("a call for help rings the nearest, then the next, until somebody answers; the caller sees who comes", async () => {
  const rungs = [{ whom: "nearest", target: "guard", wait_s: 5 }, { whom: "duty", target: "guard", wait_s: 60 }];
  await ask(desk, system, "PUT", "/sos/trees", { place: system.community, rungs, siren: false });
  await resident.goto(`${system.url}/my/help`);

  await button(resident, "求助").click();
  await resident.getByText("已经求助，正在呼叫").waitFor();
  const sheet = guard.getByRole("alertdialog", { name: "有人求助" });
  await sheet.waitFor();
  await desk.goto(`${system.url}/${system.community}/sos`);
  const call = desk.locator("li.panel").first();
  await call.getByText(/当班人员：/).waitFor();
  await sheet.getByRole("button", { name: "我去" }).click();

  await resident.getByText(/正在赶来/).waitFor();
  await call.getByText("有人赶去").waitFor();
  await call.getByRole("button", { name: "了结" }).click();
  await desk.getByText("误报", { exact: true }).click();
  await desk.getByRole("dialog").getByRole("button", { name: "了结" }).click();
  await call.getByText("已了结 · 误报").waitFor();
  await button(resident, "求助").waitFor();
  const [last] = (await ask(desk, system, "GET", "/sos")).items;
  assert.equal(last.outcome, "false_alarm");
  assert.equal(last.record.filter(({ what }) => what === "rung").length, 2);
});

test("a place gets a call tree of its own: who would be rung when is seen before it is saved, and it can be taken back", async () => {
  await desk.goto(`${system.url}/${system.community}/sos/trees`);
  await button(desk, "给一个地方单独设置").click();
  const form = desk.locator("form");
  await form.getByLabel("哪个地方（包括它下面的）").fill("7号楼");
  await form.getByRole("button", { name: /^7号楼/ }).first().click();
  const seen = form.locator(".seen");
  await seen.getByText("立即").waitFor();
  await form.getByLabel("等几秒再响下一级").first().fill("15");
  await seen.getByText("15 秒后").waitFor();
  await form.getByLabel("附近的警笛响到有人应答").check();
  assert.deepEqual(await findings(desk), []);
  assert.deepEqual(await tooWide(desk), []);
  await desk.setViewportSize({ width: 1440, height: 900 });
  await button(form, "保存").click();

  const own = desk.locator("li.panel", { hasText: "7号楼" });
  await own.getByText("附近的警笛同时响。").waitFor();
  const laid = (await ask(desk, system, "GET", "/sos/trees")).items.find(({ place }) => place.endsWith("/b07"));
  assert.deepEqual([laid.siren, laid.rungs[0].wait_s], [true, 15]);
  await button(own, "改用上一级的").click();
  await button(desk.getByRole("dialog"), "改用上一级的").click();
  await own.waitFor({ state: "detached" });
});
