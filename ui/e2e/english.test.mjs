/** One whole path in English: what a resident says becomes a case, somebody mends it, another looks, and it is closed. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { open, signIn, signInOf } from "./browser.mjs";
import { start } from "./system.mjs";

const MARK = Date.now().toString(36).slice(-5);
const TITLE = `The lamp on the stairs is dark ${MARK}`;
const used = new Set();

let system, context, page, url;

before(async () => {
  system = await start();
  context = await open({ locale: "en-GB" });
  page = context.pages()[0] ?? (await context.newPage());
  page.setDefaultTimeout(40_000);
});

after(async () => {
  for (const role of used) await as(role, "zh").catch(() => undefined);
  await context?.close();
  await system?.stop();
});

/** Sign in, and let the account speak a language. */
async function as(role, language = "en") {
  used.add(role);
  await context.clearCookies();
  await signIn(page, system, role);
  const token = (await context.cookies()).find((one) => one.name.endsWith("csrftoken"))?.value ?? "";
  const origin = new URL(page.url()).origin;
  await page.request.patch(`${origin}/api/v1/session`, { data: { language }, headers: { "X-CSRFToken": token, Referer: origin } });
  await page.goto(url ?? `${system.url}/${system.community}`);
}

const dialog = () => page.getByRole("dialog");

async function step(name, fill = async () => {}) {
  await page.getByRole("button", { name, exact: true }).click();
  await fill(dialog());
  await dialog().getByRole("button", { name, exact: true }).click();
  await dialog().waitFor({ state: "detached" });
}

test("the overview speaks English", async () => {
  await as("desk");

  await page.getByRole("heading", { name: "Overview" }).waitFor();
  const text = await page.locator("main").innerText();
  assert.doesNotMatch(text.replaceAll(/[「」]/g, ""), /[\u4e00-\u9fff]/);
});

test("a matter is reported", async () => {
  await page.goto(`${system.url}/${system.community}/cases?view=list`);
  await page.getByRole("button", { name: "Report", exact: true }).click();
  await dialog().getByLabel("Kind").selectOption({ label: "Repair of common parts" });
  await dialog().getByLabel("Where").fill("1号楼");
  await dialog().locator(".hits button").first().click();
  await dialog().getByLabel("In a sentence").fill(TITLE);
  await dialog().getByRole("button", { name: "Report", exact: true }).click();
  await page.waitForURL(/cases\/\d+/);
  url = page.url();

  await page.getByRole("heading", { name: TITLE }).waitFor();
});

test("it is filed, sent to an electrician, taken up and mended", async () => {
  const electrician = signInOf(system, "eng-el").name.split(" ")[0];
  await step("File");
  await as("dispatch");
  await step("Dispatch", async (asked) => {
    const option = asked.locator("option").filter({ hasText: electrician }).first();
    await option.waitFor({ state: "attached" });
    await asked.locator("select").first().selectOption(await option.getAttribute("value"));
  });

  await as("eng-el");
  await step("Accept");
  await step("Feed back", (asked) => asked.locator("textarea").first().fill("A new bulb is in"));

  await page.getByText("A new bulb is in").waitFor();
});

test("another looks and closes it", async () => {
  await as("super");
  await step("Check on site", async (asked) => {
    await asked.locator("select").first().selectOption("true");
    await asked.locator("textarea").last().fill("It shines");
  });
  await step("Close");

  await page.getByText("Closed").first().waitFor();
});

test("the scenes are told in English, with units and people by their names", async () => {
  await page.goto(`${system.url}/${system.community}/scenes/safety.garage_air.co_over_limit`);

  await page.getByText(/above 30 mg\/m³ for 10 s/).waitFor();
  await page.getByText(/for the engineer, due within 15 min/).waitFor();
});
