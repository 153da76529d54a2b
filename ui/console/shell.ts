/** What makes the console a thing to be installed: its manifest, and the worker with the list of files that the page of rounds needs. */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Plugin, Rolldown } from "vite";

const SOURCE = fileURLToPath(new URL("./src/push/worker.js", import.meta.url));
/** Pages that open without network. */
const PAGES = ["/pages/RoundsPage.vue"];
const MANIFEST = "linli.webmanifest";

type Bundle = Rolldown.OutputBundle;
type Chunk = Rolldown.OutputChunk & { viteMetadata?: { importedCss: Set<string>; importedAssets: Set<string> } };

const chunks = (bundle: Bundle): Chunk[] => Object.values(bundle).filter((one): one is Chunk => one.type === "chunk");

/** Return what these chunks need: themselves, what they import, styles and pictures. */
function needed(bundle: Bundle, begin: readonly Chunk[]): string[] {
  const found = new Set<string>();
  const wait = [...begin];
  for (let one = wait.pop(); one; one = wait.pop()) {
    if (found.has(one.fileName)) continue;
    found.add(one.fileName);
    one.viteMetadata?.importedCss.forEach((name) => found.add(name));
    one.viteMetadata?.importedAssets.forEach((name) => found.add(name));
    wait.push(...one.imports.map((name) => bundle[name]).filter((next): next is Chunk => next?.type === "chunk"));
  }
  return [...found].sort();
}

function worker(bundle: Bundle): string {
  const entry = chunks(bundle).find(({ isEntry }) => isEntry)!;
  const pages = chunks(bundle).filter(({ facadeModuleId }) => PAGES.some((page) => facadeModuleId?.endsWith(page)));
  if (pages.length !== PAGES.length) throw new Error("a page that is to open without network is not there");
  const files = needed(bundle, [entry, ...pages]).map((name) => `/${name}`);
  const source = readFileSync(SOURCE, "utf8");
  const version = createHash("sha256").update(files.join() + source).digest("hex").slice(0, 16);
  return `const SHELL = ${JSON.stringify({ version, entry: entry.fileName, files })};\n${source}`;
}

function manifest(bundle: Bundle): string {
  const mark = Object.values(bundle).find((one) => /mark-.*\.svg$/.test(one.fileName));
  const icons = mark ? [{ src: `/${mark.fileName}`, sizes: "any", type: "image/svg+xml", purpose: "any" }] : [];
  const said = { name: "邻里 Linli", short_name: "邻里", lang: "zh-CN", id: "/", start_url: "/", scope: "/", display: "standalone", background_color: "#ffffff", icons };
  return JSON.stringify(said);
}

export function installable(): Plugin {
  return {
    name: "installable",
    enforce: "post",
    transformIndexHtml: () => [{ tag: "link", attrs: { rel: "manifest", href: `/${MANIFEST}` }, injectTo: "head" }],
    configureServer(server) {
      server.middlewares.use("/worker.js", (_asked, answer) => {
        answer.setHeader("Content-Type", "text/javascript");
        answer.end(`const SHELL = { version: "", entry: "", files: [] };\n${readFileSync(SOURCE, "utf8")}`);
      });
    },
    generateBundle(_options, bundle) {
      this.emitFile({ type: "asset", fileName: "worker.js", source: worker(bundle) });
      this.emitFile({ type: "asset", fileName: MANIFEST, source: manifest(bundle) });
    },
  };
}
