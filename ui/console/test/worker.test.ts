/** The worker: what it keeps of which build, when it answers by itself, and what it leaves alone. */
import { readFileSync } from "node:fs";
import { beforeEach, describe, expect, it, vi } from "vitest";

const SOURCE = readFileSync("src/push/worker.js", "utf8");
const HOST = "https://linli.example";
const path = (asked: string | { url: string }) => new URL(typeof asked === "string" ? asked : asked.url, HOST).pathname;

class Shelf {
  readonly said = new Map<string, Response>();
  constructor(private readonly reach: (asked: string) => Promise<Response>) {}
  match = async (asked: string | { url: string }) => this.said.get(path(asked));
  put = async (asked: string, answer: Response) => void this.said.set(path(asked), answer);
  async addAll(asked: string[]) {
    const got = await Promise.all(asked.map(this.reach));
    if (got.some(({ ok }) => !ok)) throw new TypeError("not all");
    asked.forEach((one, at) => this.said.set(path(one), got[at]!));
  }
}

let shelves: Map<string, Shelf>;
let pages: object[] = [];
let reach: ReturnType<typeof vi.fn<(asked: string | { url: string }) => Promise<Response>>>;

/** Begin a worker of a build; return how to let it hear something, and what it answers. */
function begin(version: string) {
  const hears = new Map<string, (event: object) => void>();
  const self = { addEventListener: (what: string, hear: (event: object) => void) => hears.set(what, hear), skipWaiting: () => undefined, clients: { claim: async () => undefined, matchAll: async () => pages }, location: new URL(HOST) };
  const caches = {
    open: async (name: string) => shelves.get(name) ?? shelves.set(name, new Shelf((asked) => reach(asked))).get(name)!,
    keys: async () => [...shelves.keys()],
    delete: async (name: string) => shelves.delete(name),
    match: async (asked: { url: string }, { cacheName }: { cacheName: string }) => shelves.get(cacheName)?.match(asked),
  };
  const shell = { version, entry: `assets/index-${version}.js`, files: [`/assets/index-${version}.js`] };
  new Function("SHELL", "self", "caches", "fetch", SOURCE)(shell, self, caches, reach);
  const hear = async (what: string, more: object = {}) => {
    let wait: Promise<unknown> = Promise.resolve();
    let answer: Promise<Response> | undefined;
    hears.get(what)!({ waitUntil: (made: Promise<unknown>) => (wait = made), respondWith: (made: Promise<Response>) => (answer = made), ...more });
    await wait;
    return answer && (await answer);
  };
  const ask = (asked: string, mode = "navigate", method = "GET") => hear("fetch", { request: { url: HOST + asked, mode, method } });
  const opened = (url: string) => hear("notificationclick", { notification: { close: () => undefined, data: { url } } });
  return { opened, install: () => hear("install"), activate: () => hear("activate"), keep: () => new Promise<boolean>((told) => void hear("message", { data: "keep", ports: [{ postMessage: told }] })), ask };
}

const site = (version: string) => async (asked: string | { url: string }) => new Response(path(asked).startsWith("/assets/") ? "script" : `<script src="/assets/index-${version}.js">`);

beforeEach(() => {
  shelves = new Map();
  reach = vi.fn(site("one"));
});

describe("a worker that is asked to keep the page", () => {
  it("gives it where there is no network, or no server behind it, and the network's own otherwise", async () => {
    const worker = begin("one");
    expect(await worker.keep()).toBe(true);

    reach.mockResolvedValueOnce(new Response("fresh"));
    expect(await (await worker.ask("/hml/rounds"))!.text()).toBe("fresh");
    reach.mockResolvedValueOnce(new Response("gateway", { status: 502 }));
    expect(await (await worker.ask("/hml/rounds"))!.clone().text()).toContain("index-one.js");
    reach.mockRejectedValue(new TypeError("no network"));
    expect(await (await worker.ask("/"))!.clone().text()).toContain("index-one.js");
    expect(await (await worker.ask("/assets/index-one.js", "no-cors"))!.clone().text()).toBe("script");
  });

  it("has no answer for the API, other pages, other hosts and what changes something", async () => {
    const worker = begin("one");
    await worker.keep();

    for (const [asked, mode, method] of [["/api/v1/hml/tours/mine", "cors", "GET"], ["/hml/cases", "navigate", "GET"], ["/hml/rounds", "navigate", "POST"], ["/assets/other.js", "no-cors", "GET"]])
      expect(await worker.ask(asked!, mode, method)).toBeUndefined();
    expect([...shelves.get("linli-shell-one")!.said.keys()]).toEqual(["/assets/index-one.js", "/"]);
  });

  it.each([
    ["a page of another build", () => reach.mockImplementation(site("two"))],
    ["a file that is not there", () => reach.mockImplementation(async () => new Response("", { status: 404 }))],
  ])("says no to %s, and goes by the network", async (_what, spoil) => {
    spoil();
    const worker = begin("one");

    expect(await worker.keep()).toBe(false);
    reach.mockResolvedValueOnce(new Response("fresh"));
    expect(await (await worker.ask("/hml/rounds"))!.text()).toBe("fresh");
  });
});

describe("a worker of a new build", () => {
  it("keeps its own page and drops the one before", async () => {
    await begin("one").keep();
    reach.mockImplementation(site("two"));
    const newer = begin("two");

    await newer.install();
    await newer.activate();

    expect([...shelves.keys()]).toEqual(["linli-shell-two"]);
    reach.mockRejectedValue(new TypeError("no network"));
    expect(await (await newer.ask("/hml/rounds"))!.clone().text()).toContain("index-two.js");
  });

  it("does not begin, and leaves the one before as it is, while it cannot be kept whole", async () => {
    await begin("one").keep();

    await expect(begin("two").install()).rejects.toThrow("another build");

    expect(await shelves.get("linli-shell-one")!.match("/")).toBeDefined();
  });

  it("keeps nothing for who is merely rung", async () => {
    const worker = begin("one");

    await worker.install();
    await worker.activate();

    expect(shelves.size).toBe(0);
    expect(reach).not.toHaveBeenCalled();
  });
});

describe("a worker whose notice is opened", () => {
  it("tells the page that is open there already that it rang, and leads another to it", async () => {
    const page = { url: `${HOST}/my/visitors/1`, postMessage: vi.fn(), navigate: vi.fn(async (): Promise<unknown> => page), focus: async (): Promise<unknown> => page };
    pages = [page];

    await begin("one").opened("/my/visitors/1");
    expect([page.postMessage.mock.calls, page.navigate.mock.calls]).toEqual([[["rung"]], []]);
    await begin("one").opened("/my/visitors/2");
    expect([page.postMessage.mock.calls.length, page.navigate.mock.calls]).toEqual([1, [[`${HOST}/my/visitors/2`]]]);
  });
});
