/** What a test needs in its hands beside a browser: the API, and devices that speak. */
import { execFile, spawn } from "node:child_process";
import assert from "node:assert/strict";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { promisify } from "node:util";

const ROOT = resolve(import.meta.dirname, "../..");

/** Try again until it holds, or no longer. */
export async function eventually(holds, seconds = 15) {
  for (const end = Date.now() + seconds * 1000; Date.now() < end; ) {
    const found = await holds();
    if (found) return found;
    await new Promise((done) => setTimeout(done, 250));
  }
  return assert.fail(`it did not come about within ${seconds} seconds: ${holds}`);
}

/** Ask the API as whoever is signed in on a page. */
export async function ask(page, system, method, path, data) {
  const token = (await page.context().cookies()).find((one) => one.name.endsWith("csrftoken"))?.value ?? "";
  const answer = await page.request.fetch(`${system.url}/api/v1/${system.community}${path}`, {
    method,
    data,
    headers: { "X-CSRFToken": token, Referer: system.url },
  });
  assert.ok(answer.ok(), `${method} ${path}: ${answer.status()} ${await answer.text()}`);
  return answer.json();
}

/** Push readings as a device, or what they are sealed in; return the status. */
export async function push(system, device, secret, readings) {
  const answer = await fetch(`${system.url}/push/v1/${system.community}/${device}/readings`, {
    method: "POST",
    headers: { Authorization: `Bearer ${secret}`, "Content-Type": "application/json" },
    body: Buffer.isBuffer(readings) ? readings : JSON.stringify(readings),
  });
  return answer.status;
}

/** Enter a device that speaks for itself; return its secret. */
export async function enter(page, system, code, model, place, zh, more = {}) {
  await ask(page, system, "POST", "/devices", { code, model, place, name: { zh, en: code }, ...more });
  return (await ask(page, system, "POST", `/devices/${code}/credential`)).secret;
}

/** Let something happen in the demo: `./linli demo …`. */
export const demo = (system, ...order) =>
  promisify(execFile)(join(ROOT, ".venv/bin/python"), ["-m", "linli.app", "demo", ...order], { cwd: ROOT, env: { ...process.env, LINLI_HOME: system.home } });

/** A door panel to speak through, as panel.py has it; `heard` asks it what it has heard so far. */
export async function panel() {
  const child = spawn(join(ROOT, ".venv/bin/python"), [join(import.meta.dirname, "panel.py")], { cwd: ROOT, stdio: ["pipe", "pipe", "inherit"] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const next = async () => JSON.parse((await lines.next()).value);
  const { port, password } = await next();
  return { port, password, heard: () => (child.stdin.write("\n"), next()), stop: () => child.stdin.end() };
}

/** A device on the line; `say` and `refuse` as peer.py has them. */
export function stand(system, device, secret) {
  const { host, port } = system.mqtt;
  const child = spawn(
    join(ROOT, ".venv/bin/python"),
    [join(import.meta.dirname, "peer.py"), host, String(port), `${system.community}/${device}`, secret],
    { cwd: ROOT, env: { ...process.env, LINLI_HOME: system.home }, stdio: ["pipe", "ignore", "inherit"] },
  );
  const write = (order) => child.stdin.write(`${JSON.stringify(order)}\n`);
  return {
    say: (topic, body, behind) => write({ topic, body, for: behind }),
    refuse: (why) => write({ refuse: why }),
    stop: () => child.kill(),
  };
}
