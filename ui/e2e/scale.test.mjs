/** Ten thousand of everything, a wall, a phone, large text, a slow line, and a sound. Last: it fills the records. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { open, signIn } from "./browser.mjs";
import { beside, start } from "./system.mjs";

const MANY = 10_000;
const PAGES = ["", "/alarms", "/cases", "/cases?view=list", "/devices", "/register/people", "/system", "/account", "/broadcasts", "/modes"];

let system, context, page;

before(async () => {
  system = await start();
  await beside(system, "many.py", system.community, MANY, Date.now().toString(36));
  context = await open();
  page = context.pages()[0] ?? (await context.newPage());
  page.setDefaultTimeout(40_000);
  await signIn(page, system, "manager");
});

after(async () => {
  await context?.close();
  await system?.stop();
});

const at = (path, on = page) => on.goto(`${system.url}/${system.community}${path}`);
const ALARMS = "main ul.window > li";
const CASES = "main ul.cards > li";
const drawn = (rows) => page.locator(rows).count();

for (const [path, rows, name] of [["/alarms?grouped=no", ALARMS, "alarms"], ["/cases?view=list", CASES, "cases"]]) {
  test(`of ten thousand ${name} pages are asked for, not all, and few are drawn`, async () => {
    const pages = [];
    const count = (answer) => new URL(answer.url()).pathname === `/api/v1/${system.community}/${name}` && pages.push(answer);
    page.on("response", count);
    await at(path);
    await page.locator(rows).first().waitFor();
    page.off("response", count);

    const sizes = await Promise.all(pages.map(async (one) => (await one.json()).items.length));
    assert.ok(sizes.length > 0 && Math.max(...sizes) <= 100, `${sizes} rows asked for`);
    assert.ok((await drawn(rows)) <= 60, `${await drawn(rows)} rows drawn`);
  });
}

test("the list of cases goes on when one asks for more", async () => {
  for (const count of [120, 180]) {
    await page.getByRole("button", { name: "再看一些" }).click();
    await page.waitForFunction(([rows, wanted]) => document.querySelectorAll(rows).length === wanted, [CASES, count]);
  }
});

test("the list of alarms goes on as one scrolls, and draws only what is seen", async () => {
  await at("/alarms?grouped=no");
  const box = page.locator("main .box").filter({ has: page.locator("ul.window") });
  const height = () => box.evaluate((one) => one.scrollHeight);
  const first = await height();
  for (let turn = 0; turn < 3; turn += 1) {
    const before = await height();
    await box.evaluate((one) => (one.scrollTop = one.scrollHeight));
    await page.waitForFunction(
      ([was]) => [...document.querySelectorAll("main .box")].some((one) => one.scrollHeight > was),
      [before],
    );
  }

  assert.ok((await height()) > 3 * first);
  assert.ok((await drawn(ALARMS)) <= 60, `${await drawn(ALARMS)} rows drawn`);
});

async function sideways() {
  return page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
}

for (const [width, height, least] of [[3840, 2160, 28], [390, 800, 14]]) {
  test(`at ${width} px nothing hangs over the edge, and figures can be read`, async () => {
    await page.setViewportSize({ width, height });
    for (const path of PAGES) {
      await at(path);
      await page.locator("main h1").first().waitFor();
      assert.ok((await sideways()) <= 0, `${path} scrolls sideways`);
    }
    const size = await page.locator("main p, main td, main label").first().evaluate((one) => parseFloat(getComputedStyle(one).fontSize));

    assert.ok(size >= Math.min(least, 24), `${size} px`);
  });
}

test("the largest text on a phone lets nothing hang over the edge", async () => {
  await at("/account");
  await page.getByText("特大字").click();
  for (const path of PAGES) {
    await at(path);
    await page.locator("main h1").first().waitFor();
    assert.ok((await sideways()) <= 0, `${path} scrolls sideways`);
  }

  await at("/account");
  await page.getByText("标准").click();
  await page.setViewportSize({ width: 1440, height: 900 });
});

test("on a slow line the page says that it is loading, then comes", async () => {
  const slow = await context.newPage();
  const line = await context.newCDPSession(slow);
  await line.send("Network.enable");
  await line.send("Network.emulateNetworkConditions", { offline: false, latency: 600, downloadThroughput: 40_000, uploadThroughput: 20_000 });
  await at("/cases?view=list", slow);

  await slow.getByText("正在读取…").first().waitFor({ state: "attached", timeout: 60_000 });
  await slow.locator(CASES).first().waitFor({ timeout: 60_000 });

  await slow.close();
});

test("the sound is asked for once, remembered, and heard at a new alarm", async () => {
  const other = await context.newPage();
  await other.addInitScript(() => {
    globalThis.rung = 0;
    const start = OscillatorNode.prototype.start;
    OscillatorNode.prototype.start = function (...when) {
      globalThis.rung += 1;
      return start.apply(this, when);
    };
  });
  await other.goto(`${system.url}/${system.community}/alarms?grouped=no`);
  await other.getByRole("button", { name: "响铃", exact: true }).click();
  assert.ok((await other.evaluate(() => globalThis.rung)) > 0);
  await other.reload();
  await other.locator("header .live").getByText("实时").waitFor();
  await other.getByRole("button", { name: /提示音/ }).waitFor();
  assert.equal(await other.getByRole("button", { name: "响铃", exact: true }).count(), 0);
  await other.mouse.click(5, 5);

  await trouble(other);

  await other.waitForFunction(() => globalThis.rung > 0);
  await other.close();
});

/** Let a sensor that is not in trouble yet say that it is. */
async function trouble(on) {
  const root = `${system.url}/api/v1/${system.community}`;
  const json = async (answer) => (await answer).json();
  const { items } = await json(on.request.get(`${root}/devices?model=garage_co_sensor&limit=100`));
  const calm = async ({ code, online }) =>
    online && (await json(on.request.get(`${root}/alarms?device=${code}&state=open`))).items.length === 0;
  let code = "";
  for (const one of items) if (!code && (await calm(one))) code = one.code;
  const token = (await context.cookies()).find((one) => one.name.endsWith("csrftoken"))?.value ?? "";
  const headers = { "X-CSRFToken": token, Referer: new URL(root).origin };
  const { secret } = await json(on.request.post(`${root}/devices/${code}/credential`, { headers }));
  for (const end = Date.now() + 15_000; Date.now() < end; ) {
    const answer = await on.request.post(`${system.url}/push/v1/${system.community}/${code}/readings`, {
      headers: { Authorization: `Bearer ${secret}` },
      data: { co_mg_m3: 77 },
    });
    if (answer.status() === 200) return;
    await new Promise((done) => setTimeout(done, 250));
  }
  assert.fail("the new credential was not known within fifteen seconds");
}
