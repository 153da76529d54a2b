/** A headless Chromium: the machine's own, else the one that the package @sparticuz/chromium carries. */
import { access, mkdtemp, readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium } from "playwright-core";

const QUIET = [
  "--no-sandbox",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--use-angle=swiftshader",
  "--enable-unsafe-swiftshader",
  "--ignore-gpu-blocklist",
];

async function found(path) {
  return path && (await access(path).then(() => path, () => ""));
}

async function carried() {
  const { default: packed } = await import("@sparticuz/chromium");
  return packed.executablePath();
}

export async function open(options = {}) {
  const executablePath =
    (await found(process.env.CHROMIUM)) || (await found("/usr/bin/chromium")) || (await carried());
  const profile = await mkdtemp(join(tmpdir(), "linli-e2e-"));
  return chromium.launchPersistentContext(profile, {
    executablePath,
    headless: true,
    args: QUIET,
    viewport: { width: 1440, height: 900 },
    locale: "zh-CN",
    timezoneId: "Asia/Shanghai",
    reducedMotion: "reduce",
    ...options,
  });
}

/** What a running system says of itself: `{url, mqtt: {host, port}, sign_ins, community}`. */
export async function ready() {
  const path = process.env.LINLI_READY;
  if (!path) throw new Error("LINLI_READY must name the ready file of a running system (./linli up)");
  return JSON.parse(await readFile(path, "utf8"));
}

export function signInOf(system, role) {
  const found = system.sign_ins.find((one) => one.role === role || one.roles?.includes(role) || one.username === role);
  if (!found) throw new Error(`no sign-in with the role ${role} in the ready file`);
  return found;
}

export async function signIn(page, system, role = "manager") {
  const { username, password } = signInOf(system, role);
  await page.goto(`${system.url}/sign-in`);
  await page.locator("input[autocomplete=username]").fill(username);
  await page.locator("input[type=password]").fill(password);
  await page.locator("button[type=submit]").click();
  await page.waitForURL((url) => !url.pathname.startsWith("/sign-in"));
}
