/** A running system to test: the one that LINLI_READY names, else one started for the file of tests and stopped after
 *  it. It begins as a copy of the home that LINLI_SOWN names, where the demo is sown already; else it sows its own. */
import { execFile, spawn } from "node:child_process";
import { access, cp, mkdtemp, readFile, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { promisify } from "node:util";

const ROOT = resolve(import.meta.dirname, "../..");
const PATIENCE_MS = 180_000;

/** A port that nobody has, below those that the system lends to whoever dials out. */
async function freePort() {
  for (;;) {
    const server = createServer();
    const free = new Promise((done) => server.once("listening", () => done(true)).once("error", () => done(false)));
    const port = 12_000 + Math.floor(Math.random() * 20_000);
    server.listen(port, "127.0.0.1");
    if (!(await free)) continue;
    await new Promise((done) => server.close(done));
    return port;
  }
}

const there = (path) => access(path).then(() => true, () => false);

async function until(path, child) {
  const end = Date.now() + PATIENCE_MS;
  while (Date.now() < end) {
    if (await there(path)) return JSON.parse(await readFile(path, "utf8"));
    if (child.exitCode !== null) throw new Error(`the system stopped with ${child.exitCode}; its log is in ${path}`);
    await new Promise((done) => setTimeout(done, 200));
  }
  throw new Error(`not ready within ${PATIENCE_MS / 1000} s: ${path}`);
}

/** Run a script of Python beside the system, on its records. */
export function beside(system, script, ...values) {
  const call = promisify(execFile);
  return call(join(ROOT, ".venv/bin/python"), [join(import.meta.dirname, script), ...values.map(String)], {
    cwd: ROOT,
    env: { ...process.env, LINLI_HOME: system.home },
  }).then(({ stdout }) => stdout.trim());
}

export async function start() {
  if (process.env.LINLI_READY) {
    const home = dirname(process.env.LINLI_READY);
    return { ...JSON.parse(await readFile(process.env.LINLI_READY, "utf8")), home, stop: async () => {} };
  }
  const home = await mkdtemp(join(tmpdir(), "linli-e2e-home-"));
  const sown = process.env.LINLI_SOWN;
  if (sown) await cp(sown, home, { recursive: true });
  const [port, mqtt] = [await freePort(), await freePort()];
  const child = spawn(
    join(ROOT, ".venv/bin/python"),
    ["-m", "linli.app", "up", ...(sown ? ["--no-screens"] : []), "--port", String(port), "--mqtt-port", String(mqtt)],
    { cwd: ROOT, env: { ...process.env, LINLI_HOME: home, LINLI_NO_SETUP: "1" }, stdio: ["ignore", "ignore", "inherit"] },
  );
  const gone = new Promise((done) => child.once("exit", done));
  const stop = async () => {
    child.kill("SIGTERM");
    await gone;
    await rm(home, { recursive: true, force: true, maxRetries: 9 });
  };
  try {
    return { ...(await until(join(home, "ready.json"), child)), home, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
