/** Runs all tests: `node run.mjs [--long]`. The files of a group follow each other on one installation, and group follows
 *  group: the other tests keep the machine busy meanwhile, and two groups at once cost more of it than they gain. Those
 *  stand together that leave nothing behind which the next would stumble over. */
import { spawn } from "node:child_process";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { browser } from "./browser.mjs";
import { start } from "./system.mjs";

const GROUPS = [["axe", "english", "forms", "identity"], ["fleet", "upkeep", "charging", "money", "parking", "lanes"], ["main-path", "editor", "visitors", "doors", "door-setup", "trust"], ["scenes", "scale", "rounds"]];
const HERE = import.meta.dirname;

/** Return the groups as files that there are; a file that no group names is a group of its own. */
async function groups(long) {
  const files = (await readdir(HERE)).filter((name) => /\.test\.mjs$/.test(name) || (long && /\.long\.mjs$/.test(name)));
  const known = GROUPS.map((names) => names.map((name) => `${name}.test.mjs`).filter((name) => files.includes(name)));
  return [...known, ...files.filter((name) => !known.flat().includes(name)).map((name) => [name])];
}

/** Run files on an installation of their own; resolve to what they said and whether all went well. */
async function run(files) {
  const system = await start();
  try {
    const child = spawn(process.execPath, ["--test", "--test-concurrency=1", "--test-reporter=spec", ...files], {
      cwd: HERE,
      env: { ...process.env, LINLI_READY: join(system.home, "ready.json") },
      stdio: ["ignore", "pipe", "inherit"],
    });
    let said = "";
    child.stdout.on("data", (part) => (said += part));
    const code = await new Promise((done) => child.once("close", done));
    return { said, good: code === 0 };
  } finally {
    await system.stop();
  }
}

let good = true;
await browser();
for (const files of await groups(process.argv.includes("--long"))) {
  const began = Date.now();
  const done = await run(files).catch((error) => ({ said: String(error.stack), good: false }));
  good &&= done.good;
  console.log(`== ${files.join(", ")}: ${done.good ? "passed" : "FAILED"} after ${Math.round((Date.now() - began) / 1000)} s\n${done.said}`);
}
process.exitCode = good ? 0 : 1;
