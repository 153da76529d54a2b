/// <reference types="vitest/config" />
import vue from "@vitejs/plugin-vue";
import { defineConfig, type Plugin } from "vite";
import { fileURLToPath } from "node:url";
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

export default defineConfig({
  plugins: [onlyWoff2(), vue(), installable()],
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
  test: { environment: "happy-dom", include: ["test/**/*.test.ts"], server: { deps: { inline: [/element-plus/] } } },
});
