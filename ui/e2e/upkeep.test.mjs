/** Devices under management, pressed through as those do who look after them. It leaves cases and busy engineers behind, and takes minutes: it runs with `--long`, after all others. */
import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";
import { open, signIn } from "./browser.mjs";
import { ask, enter, eventually, push, stand } from "./hands.mjs";
import { beside, start } from "./system.mjs";

const RUN = Date.now().toString(36);
const named = (what) => `${what}-${RUN}`;
const peers = [];
let system, context, page, who;

before(async () => {
  system = await start();
  context = await open();
  page = context.pages()[0] ?? (await context.newPage());
  page.setDefaultTimeout(40_000);
  // A car left running: what the scene does about it takes its ten seconds meanwhile.
  await speaks("try-co", system.device.password, { co_mg_m3: 66 });
});

beforeEach(() => as("manager"));

after(async () => {
  peers.forEach((one) => one.stop());
  await context?.close();
  await system?.stop();
});

const button = (name) => page.getByRole("button", { name, exact: true });
const dialog = () => page.getByRole("dialog");
const go = (path) => page.goto(`${system.url}/${system.community}${path}`);
const api = (method, path, data) => ask(page, system, method, path, data);
const speaks = (code, secret, readings) => eventually(async () => (await push(system, code, secret, readings)) === 200);

const ledger = () => page.getByRole("region", { name: "命令记录" });

async function as(role) {
  if (who === role) return;
  await context.clearCookies();
  await signIn(page, system, role);
  who = role;
}

async function placed(box, part) {
  await box.getByLabel(/^地点/).fill(part);
  await box.locator(".hits button").first().click();
}

/** Press a verb of a device and say yes to it. */
async function order(verb) {
  await button(verb).click();
  await dialog().getByRole("button", { name: verb, exact: true }).click();
}

test("newcomers behind a gateway are let in, many at once, and give values", async () => {
  const [gateway, kid] = [named("gw"), (n) => `${named("kid")}-${n}`];
  const peer = stand(system, gateway, await enter(page, system, gateway, "gateway", "hml/b01", "试验网关"));
  peers.push(peer);
  await go("/fleet/newcomers");
  const told = [1, 2, 3, 4].map((n) => ({ code: kid(n), model: "electricity_meter", name: `${n}号新表${RUN}`, serial: `SN${RUN}${n}` }));

  peer.say("children", told);

  const mine = page.locator(".one").filter({ hasText: RUN });
  await mine.nth(3).waitFor({ timeout: 20_000 });
  await mine.filter({ hasText: "1号新表" }).getByRole("button", { name: "接入" }).click();
  assert.equal(await dialog().getByLabel(/^编号/).inputValue(), kid(1));
  await placed(dialog(), "1号楼");
  await dialog().getByRole("button", { name: "接入" }).click();
  await page.waitForURL(new RegExp(`devices/${kid(1)}`));

  await go("/fleet/newcomers");
  await mine.filter({ hasText: "2号新表" }).getByRole("button", { name: "忽略" }).click();
  await mine.filter({ hasText: "2号新表" }).waitFor({ state: "detached" });
  await mine.nth(0).locator("input").check();
  await mine.nth(1).locator("input").check();
  await button("接入选中的 2 台").click();
  await placed(dialog(), "1号楼");
  await dialog().getByRole("button", { name: "接入" }).click();
  await page.getByText("已接入 2 台").waitFor();
  await eventually(async () => (await mine.count()) === 0);

  await go(`/devices/${kid(3)}`);
  // As a meter does, it says it again: the first time it may not be known yet.
  await eventually(() => {
    peer.say("readings", { power_w: 1234 }, kid(3));
    return page.getByText("1,234 W").first().isVisible();
  }, 40);
});

test("who is overruled reads by which scene; who may goes against it, with a reason that is kept", async () => {
  await speaks("try-co", system.device.password, { co_mg_m3: 66 });
  const zone = (await api("GET", "/devices/try-co")).place;
  const fan = (await api("GET", `/devices?model=garage_fan&place=${zone}`)).items[0].code;
  await eventually(async () => (await api("GET", `/commands?device=${fan}`)).items.some((one) => one.service === "fan.on" && one.scene), 25);
  await as("engineer");
  await go(`/devices/${fan}`);

  await order("关风机");

  const given = page.locator(".given");
  await given.getByText("没有执行").waitFor();
  await given.getByRole("link", { name: "车库一氧化碳超标" }).waitFor();
  assert.equal(await given.getByRole("button").count(), 0);

  await as("manager");
  await go(`/devices/${fan}`);
  await order("关风机");
  await given.getByRole("button", { name: "仍要执行" }).click();
  await dialog().getByLabel(/^为什么/).fill("已人工测量，检修风管");
  await dialog().getByRole("button", { name: "仍要执行" }).click();

  await given.getByText("设备已执行").waitFor();
  const first = ledger().locator("tbody tr").first();
  await first.getByText("已人工测量，检修风管").waitFor();
  await first.getByRole("link", { name: "看因果链" }).click();
  await page.locator(".against").first().waitFor();
  await page.getByText("设备已执行").first().waitFor();
  await speaks("try-co", system.device.password, { co_mg_m3: 3 });
});

test("a dangerous thing that nobody confirms in time is not done", async () => {
  const meter = (await api("GET", "/devices?model=electricity_meter&q=em-b01&limit=1")).items[0].code;
  const other = await open();
  const [tab] = other.pages();
  const asked = tab.getByRole("dialog");
  const confirm = tab.getByRole("button", { name: "确认执行", exact: true });
  await signIn(tab, system, "manager");
  await tab.goto(`${system.url}/${system.community}/devices/${meter}`);
  await tab.clock.install();
  await tab.getByRole("button", { name: "拉闸", exact: true }).click();
  await asked.getByRole("button", { name: "拉闸" }).click();
  await confirm.waitFor();

  await tab.clock.fastForward(125_000);

  await asked.getByText("已超时，没有执行").waitFor();
  assert.equal(await confirm.getAttribute("aria-disabled"), "true");
  await asked.getByRole("button", { name: "取消" }).click();
  await tab.locator(".given").getByText("待确认").waitFor();
  await other.close();
});

test("what an interlock forbids says in words why", async () => {
  const meter = (await api("GET", "/devices?model=electricity_meter&q=em-b01&online=true&limit=1")).items[0];
  const smoke = named("smoke");
  const secret = await enter(page, system, smoke, "smoke_detector", meter.place.split("/").slice(0, 4).join("/"), "试验烟感");
  await speaks(smoke, secret, { smoke: true });
  await go(`/devices/${meter.code}`);

  await order("合闸");

  await page.locator(".given").getByText("有烟雾报警，禁止送电").waitFor();
  await speaks(smoke, secret, { smoke: false });
});

test("a replaced unit goes on with the history of the one before; the old secret is void", async () => {
  const code = named("co");
  const secret = await enter(page, system, code, "garage_co_sensor", "hml/g2/z1", "试验探头", { serial: `OLD-${RUN}` });
  await speaks(code, secret, { co_mg_m3: 7 });
  await go(`/devices/${code}?tab=about`);
  await button("更换设备").click();
  await dialog().getByLabel(/^新设备的序列号/).fill(`NEW-${RUN}`);
  await dialog().getByLabel(/^为什么/).fill("进水损坏");
  await dialog().getByRole("button", { name: "更换设备" }).click();
  const fresh = await page.locator("code.secret").textContent();

  await speaks(code, fresh, { co_mg_m3: 9 });

  assert.equal(await push(system, code, secret, { co_mg_m3: 8 }), 401);
  await page.getByText(`OLD-${RUN}`).waitFor();
  await go(`/devices/${code}?span=1h`);
  await page.getByText(`NEW-${RUN}`).waitFor();
  await eventually(async () => {
    const { items } = await api("GET", `/devices/${code}/history?point=co_mg_m3&from=${encodeURIComponent(new Date(Date.now() - 3.6e6).toISOString())}&to=${encodeURIComponent(new Date().toISOString())}&buckets=60`);
    return Math.min(...items.map((row) => row[1])) === 7 && Math.max(...items.map((row) => row[3])) === 9;
  });
});

test("in maintenance no scene sees it; what is wrong at its end is acted upon then", async () => {
  const [code, sober] = [named("co-m"), named("co-s")];
  const secret = await enter(page, system, code, "garage_co_sensor", "hml/g2/z2", "维护中的探头");
  const beside = await enter(page, system, sober, "garage_co_sensor", "hml/g2/z3", "旁边的探头");
  const alarms = async (of) => (await api("GET", `/alarms?device=${of}`)).items;
  await go(`/devices/${code}?tab=about`);
  await button("开始维护").click();
  await dialog().getByLabel(/^做什么/).fill("标定探头");
  await dialog().getByRole("button", { name: "开始维护" }).click();
  await button("结束维护").waitFor();
  await speaks(code, secret, { co_mg_m3: 88 });
  await speaks(sober, beside, { co_mg_m3: 88 });
  await eventually(async () => (await alarms(sober)).length === 1, 30);
  assert.deepEqual(await alarms(code), []);

  await button("结束维护").click();

  await eventually(async () => (await alarms(code)).length === 1, 30);
});

test("a campaign goes by stages, pauses by itself, is retried, resumed, and rolled back", async () => {
  const [good, bad] = [named("bar-a"), named("bar-b")];
  for (const code of [good, bad]) {
    const peer = stand(system, code, await enter(page, system, code, "parking_barrier", "hml/b02", `道闸${code}`));
    peers.push(peer);
    if (code === bad) peers.bad = peer;
  }
  await eventually(async () => (await api("GET", `/devices?q=${RUN}&model=parking_barrier&online=true`)).items.length === 2, 40);
  await campaign("1.0.0", [["100", "share", "5"]]);
  await page.getByText("已完成").first().waitFor({ timeout: 30_000 });

  peers.bad.refuse("no_space");
  const id = await campaign("1.1.0", [["1", "devices", "0"], ["100", "share", "0"]]);
  await state(id, "paused");
  await page.getByText("失败设备超过本阶段上限").waitFor();
  await page.getByText("no_space").first().waitFor();
  peers.bad.refuse("");
  await step("重试失败的");

  await state(id, "finished");
  await page.reload();
  await step("回退");
  await state(id, "rolled_back");
  await page.getByText("已回退").first().waitFor();
  await go(`/devices/${good}?tab=about`);
  await page.getByText("1.0.0").waitFor();
});

const state = (id, wanted) => eventually(async () => (await api("GET", `/campaigns/${id}`)).state === wanted, 40);

/** Plan and start one for the barriers of a building; return its number. */
async function campaign(version, stages) {
  await go("/campaigns/new");
  await button("上传新版本").click();
  await dialog().getByLabel("型号").selectOption("parking_barrier");
  await dialog().getByLabel("版本号").fill(`${version}-${RUN}`);
  await dialog().locator("input[type=file]").setInputFiles({ name: "bar.bin", mimeType: "application/octet-stream", buffer: Buffer.from(version.repeat(99)) });
  await dialog().getByRole("button", { name: "上传新版本" }).click();
  await dialog().waitFor({ state: "detached" });
  await placed(page, "2号楼");
  for (let more = 4; more > stages.length; more--) await button("去掉").last().click();
  for (const [at, [upTo, of, failures]] of stages.entries()) {
    const row = page.locator("li.stage").nth(at);
    await row.getByLabel(/阶段到/).fill(upTo);
    await row.getByLabel("单位").selectOption(of);
    await row.getByLabel(/^完成后等/).fill("0");
    await row.getByLabel(/^最多失败/).fill(failures);
  }
  await button("保存为草稿").click();
  await page.waitForURL(/campaigns\/\d+/);
  await step("开始");
  return Number(page.url().match(/campaigns\/(\d+)/)[1]);
}

async function step(name) {
  await button(name).first().click();
  await dialog().getByRole("button", { name, exact: true }).click();
  await dialog().waitFor({ state: "detached" });
}

test("a spreadsheet with mistakes says each, enters nothing, and all when they are mended", async () => {
  const code = named("imp");
  const sheet = (model, place) =>
    Buffer.from(`\uFEFF设备编号,名称,型号,位置\n${code}-1,导入一,garage_co_sensor,hml/g1\n${code}-2,导入二,${model},${place}\n`);
  const pick = (buffer) => page.locator("input[type=file]").setInputFiles({ name: "devices.csv", mimeType: "text/csv", buffer });
  await go("/register/import?kind=devices");
  await pick(Buffer.from("编号,名称\na,b\n"));
  await page.getByRole("alert").getByText(/设备编号/).waitFor();

  await pick(sheet("nothing_such", "hml/nowhere"));

  const wrong = page.getByRole("region").locator("tbody tr");
  await wrong.first().waitFor();
  assert.match(await wrong.first().textContent(), /3.*nothing_such|3.*nowhere/);
  assert.equal((await api("GET", `/devices?q=${code}`)).items.length, 0);

  await pick(sheet("garage_co_sensor", "hml/g1"));
  await page.getByRole("button", { name: /2/ }).click();
  await page.getByText(/✓/).waitFor();
  assert.equal((await api("GET", `/devices?q=${code}`)).items.length, 2);
});

test("two devices are moved at once, and stand where they were moved", async () => {
  const code = named("mv");
  for (const n of [1, 2]) await api("POST", "/devices", { code: `${code}-${n}`, model: "garage_co_sensor", place: "hml/g1", name: { zh: `搬走的探头${n}`, en: code } });
  await go(`/devices?q=${code}`);
  await page.locator(".table li input").nth(1).waitFor();
  await page.locator(".table li input").first().check();
  await page.locator(".table li input").nth(1).check();
  await page.getByLabel("对选中的设备").selectOption("move");
  await button("继续").click();
  await placed(dialog(), "3号楼");
  await dialog().getByRole("button", { name: "对 2 台执行" }).click();

  await page.waitForURL(/fleet\/bulk\/\d+/);
  await page.getByText("2 完成").waitFor();
  await go(`/devices?q=${code}&place=hml/b03`);
  await eventually(async () => (await page.locator(".table li").count()) === 2);
});

test("the list narrows by kind, place, state and protocol together, kept in the address", async () => {
  await go("/devices");
  await page.getByLabel("型号").selectOption("electricity_meter");
  await page.getByLabel("协议").selectOption("dlt645");
  await page.getByRole("button", { name: /^在线/ }).click();

  await page.waitForURL((url) => ["model=electricity_meter", "driver=dlt645", "state=online"].every((one) => url.search.includes(one)));

  await eventually(async () => (await page.locator(".table li").count()) > 3);
  assert.equal(await page.locator(".table li").getByText("离线").count(), 0);
  await page.reload();
  await page.locator(".table li").first().waitFor();
  await eventually(async () => (await page.getByLabel("协议").inputValue()) === "dlt645");
});

test("a label is printed; a phone that opens its code finds the device, signed in or not", async () => {
  const [code, serial] = [named("co-l"), `L-${RUN}`];
  await api("POST", "/devices", { code, model: "garage_co_sensor", place: "hml/g1", serial, name: { zh: "贴标签的探头", en: code } });
  const sheet = await page.request.get(`${system.url}/api/v1/${system.community}/devices/labels?codes=${code}`);
  assert.match(await sheet.text(), new RegExp(`<svg[\\s\\S]*${serial}`));
  const label = labelOf("garage_co_sensor", serial);
  await context.clearCookies();
  who = "";

  await go(`/l/${label}`);

  await page.waitForURL(/sign-in/);
  const { username, password } = system.sign_ins.find((one) => one.role === "guard");
  await page.locator("input[autocomplete=username]").fill(username);
  await page.locator("input[type=password]").fill(password);
  await page.locator("button[type=submit]").click();
  await page.waitForURL(new RegExp(`devices/${code}`));
  who = "guard";

  await go(`/l/${labelOf("garage_co_sensor", `FOUND-${RUN}`)}`);
  await page.getByText("还没有登记").waitFor();
  await page.getByText(/请管理设备的人/).waitFor();
  await as("manager");
  await go(`/l/${labelOf("garage_co_sensor", `FOUND-${RUN}`)}`);
  await placed(page, "1号楼");
  await button("登记").click();
  await page.waitForURL(/devices\/garage-co-sensor-found/);
});

/** The text of a label, as docs/howto/look-after-devices.md has it. */
function labelOf(model, serial) {
  const text = `LINLI:1:${model}:${serial}`;
  let check = 0xffff;
  for (const byte of Buffer.from(text)) {
    check ^= byte << 8;
    for (let bit = 0; bit < 8; bit++) check = check & 0x8000 ? ((check << 1) ^ 0x1021) & 0xffff : (check << 1) & 0xffff;
  }
  return `${text}:${check.toString(16).toUpperCase().padStart(4, "0")}`;
}
