/** A tour walked without network, from a page that opens without it, and told afterwards; badges that a gateway hears; the residents' plan; a call for help that goes on to the next until somebody answers. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { enter } from "./browser.mjs";
import { ask, enter as enterDevice, eventually, stand } from "./hands.mjs";
import { findings, tooWide } from "./judge.mjs";
import { start } from "./system.mjs";

let system, desk, guard, guardName, resident;

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
    if ((await ask(page, system, "GET", "/tours/mine")).on_duty) {
      const answer = await page.request.get(`${system.url}/api/v1/session`);
      guardName = (await answer.json()).user.name;
      return page;
    }
    await page.context().close();
  }
  throw new Error("no guard is on duty");
}

/** Ask for what is answered with nothing. */
async function put(path, data) {
  const token = (await desk.context().cookies()).find((one) => one.name.endsWith("csrftoken"))?.value ?? "";
  const answer = await desk.request.put(`${system.url}/api/v1/${system.community}${path}`, { data, headers: { "X-CSRFToken": token, Referer: system.url } });
  assert.equal(answer.status(), 204);
}

const button = (page, name) => page.getByRole("button", { name, exact: true });

let laid = 0;
/** Lay out a route that is to be walked now, and take it; return what it is called and where it stands on the guard's page. */
async function walked(points) {
  const now = new Date(Date.now() + 8 * 3_600_000).toISOString().slice(11, 16);
  const name = `试巡${Date.now() % 100_000}-${++laid}`;
  const route = { name: { zh: name, en: name }, place: system.community, order: "free", points };
  await ask(desk, system, "PUT", `/tours/routes/trial-${Date.now() % 100_000}`, { ...route, windows: [{ days: "1234567", starts: now, minutes: 60 }] });
  await guard.goto(`${system.url}/${system.community}/rounds`);
  const tour = guard.locator("li.panel", { hasText: name });
  await tour.getByRole("button", { name: "我来走" }).click();
  await tour.getByText("巡更中").waitFor();
  return { name, tour };
}

test("a guard on duty has a code of his own, and opens a gate by his own right", async () => {
  await guard.goto(`${system.url}/${system.community}/rounds`);
  await guard.getByRole("link", { name: "上班开门" }).click();
  await button(guard, "出示二维码").click();
  await guard.getByAltText("我的开门二维码").waitFor();
  await guard.getByRole("button", { name: /^开门 / }).first().click();
  await guard.locator("section.panel", { hasText: "我的通行记录" }).getByText("手机开门").first().waitFor();
});

test("a point scanned without network is kept on the telephone and told when there is some", async () => {
  const { name, tour } = await walked(["gate-n", "gate-w"]);
  const { text } = await ask(desk, system, "GET", "/tours/points/gate-n/code");

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

test("the page of rounds opens without network, and what is read there goes up in order when there is some", async () => {
  const { name, tour } = await walked(["pumps", "power"]);
  const [print, tag] = [await ask(desk, system, "GET", "/tours/points/pumps/code"), await ask(desk, system, "GET", "/tours/points/power/code")];
  await guard.getByText("没有网络也打得开本页。").waitFor();

  await guard.context().setOffline(true);
  await guard.reload();
  await guard.getByText(/^没有网络：显示的是/).waitFor();
  await guard.getByLabel("扫不了时，输入码上的文字").fill(print.text);
  await button(guard, "记下").click();
  await tour.getByText("已记在手机里").waitFor();
  await guard.goto(`${system.url}${tag.link}`);
  await guard.getByText("2 条记在手机里，等网络补报").waitFor();
  await guard.goto(`${system.url}/${system.community}/rounds`);
  await guard.getByText("2 条记在手机里，等网络补报").waitFor();
  assert.deepEqual(await guard.evaluate(keeps), { answers: [], names: [], text: "" });
  await guard.context().setOffline(false);

  await guard.getByText("✓ 已记下：配电房").waitFor();
  await tour.getByText("2/2 个点").waitFor();
  await desk.goto(`${system.url}/${system.community}/tours`);
  const seen = desk.locator("li.panel", { hasText: name });
  await seen.getByText("2/2 个点").waitFor();
  const told = (await ask(desk, system, "GET", "/tours")).items.find((one) => one.name.zh === name);
  assert.deepEqual(told.points.map(({ state, way }) => [state, way]), [["visited", "typed"], ["visited", "nfc"]]);
});

/** In the page: what of the API the worker keeps, whom the held tours name, and what is left in the address. */
async function keeps() {
  const urls = (await Promise.all((await caches.keys()).map(async (name) => (await (await caches.open(name)).keys()).map(({ url }) => new URL(url).pathname)))).flat();
  const { tours } = JSON.parse(localStorage.getItem("linli.shift"));
  const people = tours.items.flatMap(({ walker, points }) => [walker, ...points.map(({ by }) => by)]);
  return { answers: urls.filter((path) => path !== "/" && !path.startsWith("/assets/")), names: people.flatMap((one) => one?.name || []), text: location.hash };
}

test("a badge that stays near a gateway is written down by way of MQTT", async () => {
  const { staff } = (await ask(desk, system, "GET", "/tours/badges")).items.find(({ name }) => name === guardName);
  const beacon = "ibeacon:b5b182c7-eab1-4988-aa99-b5c1517008d9:1:7";
  const spot = (await ask(desk, system, "GET", "/tours/points")).items.find(({ code }) => code === "gate-e");
  const secret = await enterDevice(desk, system, "ble-gate-e", "ble_gateway", spot.place, "东门蓝牙网关");
  await ask(desk, system, "PUT", "/tours/points/gate-e", { name: spot.name, place: spot.place, reader: "ble-gate-e", least_dbm: -70, dwell_s: 10 });
  await put(`/tours/badges/${staff}`, { beacon });
  const { name } = await walked(["gate-e", "gate-w"]);
  const now = Date.now() / 1000;
  const gateway = stand(system, "ble-gate-e", secret);
  gateway.say("asks", { id: "1", ask: "tour.heard", clock: now, heard: [-60, -58].map((rssi_dbm, n) => ({ beacon, rssi_dbm, t: now - 12 + 12 * n })) });

  const state = async () => (await ask(desk, system, "GET", "/tours")).items.find((one) => one.name.zh === name).points[0];
  const mark = await eventually(async () => ((await state()).state === "visited" ? state() : null));
  gateway.stop();
  assert.equal(mark.way, "badge");
});

test("a resident sees the community's plan: his house, what is free, and the way to a place that charges", async () => {
  await resident.goto(`${system.url}/my/plan`);
  await resident.getByText("我家所在的楼").waitFor();
  await resident.getByRole("heading", { name: "电动自行车充电" }).waitFor();
  if (process.env.LINLI_SHOTS) await resident.screenshot({ path: `${process.env.LINLI_SHOTS}/plan-zh.png`, fullPage: true });
  assert.deepEqual(await findings(resident), []);
  assert.deepEqual(await tooWide(resident), []);
  await resident.setViewportSize({ width: 390, height: 844 });

  const shed = resident.locator("section.panel", { hasText: "电动自行车充电" }).locator("li").first();
  const site = (await shed.locator("strong").innerText()).trim();
  await shed.getByRole("button", { name: /^在图上看/ }).click();
  await resident.getByRole("link", { name: "去充电或预约" }).click();
  await resident.getByRole("heading", { level: 1, name: site }).waitFor();
});

test("a call from a shop tells the shop, is put right by a tap, and rings the nearest, then the next, until somebody answers; he sees by the camera, the caller who comes", async () => {
  const keeper = await enter(system, "merchant", { viewport: { width: 390, height: 844 } });
  const rungs = [{ whom: "nearest", target: "guard", wait_s: 5 }, { whom: "duty", target: "guard", wait_s: 60 }];
  await ask(desk, system, "PUT", "/sos/trees", { place: system.community, rungs, siren: false });
  await keeper.goto(`${system.url}/my/help`);

  await button(keeper, "求助").click();
  await keeper.getByText("已经求助，正在呼叫").waitFor();
  const spot = (name) => keeper.locator("label", { hasText: name });
  await keeper.getByText(/已告诉他们您在：.*商铺/).waitFor();
  await spot("我在外面（发送定位）").click();
  await keeper.getByText(/已告诉他们您在：(?!.*商铺)/).waitFor();
  await spot("我在店里").click();
  await keeper.getByText(/已告诉他们您在：.*商铺/).waitFor();
  assert.deepEqual(await findings(keeper), []);
  const sheet = guard.getByRole("alertdialog", { name: "有人求助" });
  await sheet.waitFor();
  await desk.goto(`${system.url}/${system.community}/sos`);
  const call = desk.locator("li.panel").first();
  await call.getByText(/当班人员：/).waitFor();
  await sheet.getByRole("button", { name: "我去" }).click();

  await keeper.getByText(/正在赶来/).waitFor();
  await call.getByText("有人赶去").waitFor();
  await button(call, "看实时画面").click();
  const seen = call.locator("video");
  await desk.waitForFunction(() => document.querySelector("video")?.videoWidth === 640);
  await call.getByRole("button", { name: "了结" }).click();
  await desk.getByText("误报", { exact: true }).click();
  await desk.getByRole("dialog").getByRole("button", { name: "了结" }).click();
  await call.getByText("已了结 · 误报").waitFor();
  await seen.waitFor({ state: "detached" });
  await button(keeper, "求助").waitFor();
  const [last] = (await ask(desk, system, "GET", "/sos")).items;
  assert.equal(last.outcome, "false_alarm");
  const said = last.record.map(({ what }) => what);
  assert.deepEqual([said.filter((what) => what === "moved").length, said.includes("looked")], [2, true]);
  assert.ok(said.filter((what) => what === "rung").length >= 2);
  await keeper.context().close();
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

test("whoever signs out takes his tours with him, without network too, and the server hears of it when there is some", async () => {
  await guard.goto(`${system.url}/${system.community}/rounds`);
  await guard.getByText("没有网络也打得开本页。").waitFor();
  const kept = () => guard.evaluate(async () => [localStorage.getItem("linli.shift") !== null, (await caches.keys()).length]);
  assert.deepEqual(await kept(), [true, 1]);

  await guard.context().setOffline(true);
  await guard.reload();
  await button(guard, "退出登录").click();
  await guard.getByText(/^没有网络：这台设备上已退出/).waitFor();
  await guard.locator("input[autocomplete=username]").waitFor();
  assert.deepEqual(await kept(), [false, 0]);

  await guard.context().setOffline(false);
  await guard.goto(system.url);
  await guard.locator("input[autocomplete=username]").waitFor();
  await eventually(async () => (await guard.request.get(`${system.url}/api/v1/session`)).status() === 401);
});
