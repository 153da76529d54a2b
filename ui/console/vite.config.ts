/// <reference types="vitest/config" />
import vue from "@vitejs/plugin-vue";
import { defineConfig, type Plugin } from "vite";
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { packed } from "./packed.ts";
import { installable } from "./shell.ts";

const TARGET = process.env.LINLI_URL ?? "http://127.0.0.1:8000";

/** Every browser that runs the console reads woff2: leave the older files out of the build. */
function onlyWoff2(): Plugin {
  return {
    name: "only-woff2",
    enforce: "pre",
    transform(code, id) {
      if (!/@fontsource.*\.css/.test(id)) return null;
      return { code: code.replace(/,\s*url\([^)]+\.woff\) format\('woff'\)/g, ""), map: null };
    },
  };
}

/** A test file that puts something in the place of a part, or of what a browser has, wants a world of its own; the others share one, which saves most of their time. */
const OWN_WORLD = /\bvi\.(mock|stubGlobal|resetModules|useFakeTimers)\(/;

/** Return the test files whose text is so. */
function tests(are: (text: string) => boolean): string[] {
  const folder = fileURLToPath(new URL("./test", import.meta.url));
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".test.ts"));
  return files.filter((name) => are(readFileSync(`${folder}/${name}`, "utf8"))).map((name) => `test/${name}`);
}

export default defineConfig({
  plugins: [onlyWoff2(), vue(), installable(), packed()],
  resolve: { alias: { "@": fileURLToPath(new URL("./src", import.meta.url)) } },
  build: {
    target: "es2022",
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 1200,
    reportCompressedSize: false,
    modulePreload: { polyfill: false },
  },
  server: {
    proxy: { "/api": { target: TARGET }, "/live": { target: TARGET, ws: true }, "/push": { target: TARGET } },
  },
  test: {
    environment: "happy-dom",
    setupFiles: "./test/fresh.ts",
    server: { deps: { inline: [/element-plus/] } },
    projects: [
      { extends: true, test: { name: "together", include: tests((text) => !OWN_WORLD.test(text)), pool: "threads", isolate: false } },
      { extends: true, test: { name: "apart", include: tests((text) => OWN_WORLD.test(text)) } },
    ],
  },
});
