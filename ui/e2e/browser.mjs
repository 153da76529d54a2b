/** A headless Chromium: the machine's own, else the one that the package @sparticuz/chromium carries. */
import { access } from "node:fs/promises";
import { chromium } from "playwright-core";

/** How long a page may take: other tests keep the machine busy meanwhile. */
export const PATIENCE_MS = 40_000;

const QUIET = [
  "--no-sandbox",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  // Only the map is drawn by way of a graphics card, and there is none: all else is put together without one, which is cheaper.
  "--disable-gpu-compositing",
  "--disable-gpu-rasterization",
  "--use-angle=swiftshader",
  "--enable-unsafe-swiftshader",
  "--ignore-gpu-blocklist",
];

/** A microphone that beeps, and nobody to be asked for it. */
const MICROPHONE = ["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"];

async function found(path) {
  return path && (await access(path).then(() => path, () => ""));
}

/** The package unpacks itself, with the libraries that a bare machine lacks, only where it believes it is at home; readable
 *  for all, because what it unpacks keeps its owner, whom the browser's own processes are not.
 */
async function unpack() {
  process.env.AWS_EXECUTION_ENV ??= "AWS_Lambda_nodejs22.x";
  const mask = process.umask(0o022);
  try {
    const { default: packed } = await import("@sparticuz/chromium");
    return await packed.executablePath();
  } catch (cause) {
    throw new Error("no Chromium: install one, or set CHROMIUM to its path", { cause });
  } finally {
    process.umask(mask);
  }
}

let unpacked;
const carried = () => (unpacked ??= unpack());

/** Milliseconds up to which an answer of the API is held back, each as chance has it: what a test forgets to wait for
 *  shows. `LINLI_SLOW=800 ./linli test --only browser`. */
const SLOW_MS = Number(process.env.LINLI_SLOW ?? 0);

async function slowed(context) {
  await context.route("**/api/**", async (route) => {
    await new Promise((done) => setTimeout(done, Math.random() * SLOW_MS));
    await route.fallback().catch(() => undefined);
  });
}

/** Return the path of the browser. Where it comes in its package it is unpacked by whoever asks first: two who do so at
 *  the same moment would each find it half written.
 */
export const browser = async () => (await found(process.env.CHROMIUM)) || (await found("/usr/bin/chromium")) || carried();

/** The browsers that run, by what they were started with. What is open in one shares nothing but its processes. */
const running = new Map();

/** Return the browser that was started with these; it ends with the last context that is open in it. */
async function started(args) {
  const key = args.join(" ");
  if (!running.has(key)) running.set(key, browser().then((executablePath) => chromium.launch({ executablePath, args })));
  return running.get(key);
}

/** Open a page in a context of its own, as if in a browser of its own; it ends by `context.close()`. */
export async function open({ microphone = false, ...options } = {}) {
  const args = microphone ? [...QUIET, ...MICROPHONE] : QUIET;
  const shared = await started(args);
  const context = await shared.newContext({
    viewport: { width: 1440, height: 900 },
    locale: "zh-CN",
    timezoneId: "Asia/Shanghai",
    reducedMotion: "reduce",
    ...options,
  });
  context.once("close", () => {
    if (shared.contexts().length) return;
    running.delete(args.join(" "));
    shared.close();
  });
  if (SLOW_MS) await slowed(context);
  await context.newPage();
  return context;
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
  await page.locator("#main h1").first().waitFor({ timeout: 60_000 });
}

/** Open a browser of its own and sign in; return its page. Who: a role or a username. */
export async function enter(system, who, options = {}) {
  const page = (await open(options)).pages()[0];
  page.setDefaultTimeout(PATIENCE_MS);
  await signIn(page, system, who);
  return page;
}
