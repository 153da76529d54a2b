/** Against a running system: LINLI_URL, a program that is let in there (LINLI_CLIENT, LINLI_CLIENT_SECRET), its own
 *  address (LINLI_HOME_URL), and the session of a resident (LINLI_COOKIES, LINLI_CSRF), who agrees to it. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import { after, before, describe, test } from "node:test";
import { Forged, Linli, opened, Refused } from "../dist/index.js";

const { LINLI_URL: url, LINLI_CLIENT: clientId, LINLI_CLIENT_SECRET: clientSecret, LINLI_HOME_URL: home } = process.env;
const OPTIONS = { url, community: "hml", clientId, clientSecret, language: "en" };
const REPORT = { kind: "general", place: "hml", title: "TypeScript", description: "", contact: "", key: "" };
const BACK = { redirectUri: `${home}/back` };
const linli = new Linli(OPTIONS);

/** Agree as the resident's browser would, and return what it brings back. */
async function agreed(asking) {
  const query = new URL(asking.url).search;
  const answer = await fetch(`${url}/api/v1/hml/agree${query}`, {
    method: "POST",
    headers: {
      "Content-Type": "application/json",
      Cookie: process.env.LINLI_COOKIES,
      "X-CSRFToken": process.env.LINLI_CSRF,
      Referer: `${url}/`,
    },
    body: JSON.stringify({ agrees: true }),
  });
  assert.equal(answer.status, 200);
  return new URL((await answer.json()).location).searchParams;
}

/** A line whose first answers are other than the server gave: what it did is done all the same. */
function unlucky(...answers) {
  const told = { sent: [], waited: [] };
  const line = new Linli({
    ...OPTIONS,
    fetch: async (address, init) => {
      const answer = await fetch(address, init);
      if (String(address).endsWith("/oauth/token")) return answer;
      told.sent.push(init.headers["Idempotency-Key"]);
      const instead = answers.shift();
      return instead ? new Response("{}", instead) : answer;
    },
    pause: async (seconds) => void told.waited.push(seconds),
  });
  return { line, told };
}

async function count(line, title) {
  let many = 0;
  for await (const one of line.pages("/cases", { query: { limit: 2 } })) many += one.title === title;
  return many;
}

describe("a program for itself", () => {
  test("takes its token by itself and reads its own terms", async () => {
    const own = await linli.get("/third-parties/own");

    assert.equal(own.client, clientId);
    assert.ok(own.calls_left > 0);
  });

  test("goes through all pages", async () => {
    for (const title of ["page 1", "page 2", "page 3"]) await linli.post("/cases", { body: { ...REPORT, title } });
    const titles = [];

    for await (const one of linli.pages("/cases", { query: { limit: 1 } })) titles.push(one.title);

    assert.deepEqual(titles.filter((one) => one.startsWith("page ")), ["page 3", "page 2", "page 1"]);
  });

  test("waits as it is told, and what is sent again is carried out once", async () => {
    const { line, told } = unlucky({ status: 503, headers: { "Retry-After": "2" } }, { status: 429, headers: { "Retry-After": "7" } });

    await line.post("/cases", { body: { ...REPORT, title: "once" } });

    assert.deepEqual(told.waited, [2, 7]);
    assert.equal(new Set(told.sent).size, 1);
    assert.equal(await count(linli, "once"), 1);
  });

  test("does not wait for tomorrow", async () => {
    const { line, told } = unlucky({ status: 429, headers: { "Retry-After": "40000" } });

    await assert.rejects(line.get("/alarms/counts"), { name: "Refused", status: 429 });
    assert.deepEqual(told.waited, []);
  });

  test("takes another token when the server does not know the one it has", async () => {
    const { line } = unlucky({ status: 401 });

    assert.ok("open" in (await line.get("/alarms/counts")));
  });

  test("is not sent again what it has seen", async () => {
    const first = await linli.look("/third-parties/own/statements");
    const second = await linli.look("/third-parties/own/statements", { seen: first.etag });

    assert.deepEqual(first.value.items, []);
    assert.deepEqual([second.value, second.etag], [undefined, first.etag]);
  });

  test("is refused by a key, values and a sentence", async () => {
    const refused = await linli.get("/cases/{case}", { path: { case: 0 } }).catch((error) => error);

    assert.ok(refused instanceof Refused);
    assert.deepEqual([refused.status, refused.key, refused.values], [404, "cases.not_found", { case: 0 }]);
    assert.notEqual(refused.message, refused.key);
  });

  test("with a wrong secret is refused in the words of OAuth", async () => {
    const line = new Linli({ ...OPTIONS, clientSecret: "wrong" });

    await assert.rejects(line.get("/alarms/counts"), { name: "Refused", key: "invalid_client" });
  });
});

describe("for a resident who agreed", () => {
  test("acts in his name, and two at once turn the refresh token over once", async () => {
    const kept = [];
    const asking = await linli.agreeing({ ...BACK, scopes: "cases.report cases.text" });
    const back = await agreed(asking);
    assert.equal(back.get("state"), asking.state);
    const theirs = await linli.agreed({ ...BACK, code: back.get("code"), verifier: asking.verifier });
    await theirs.post("/cases", { body: { ...REPORT, title: "in his name" } });
    const [first] = (await theirs.get("/cases")).items;
    const begun = await linli.agreeing({ ...BACK, scopes: "cases.report cases.text" });
    const again = await agreed(begun);
    await linli.agreed({ ...BACK, code: again.get("code"), verifier: begun.verifier, keep: (token) => kept.push(token) });

    const later = new Linli({ ...OPTIONS, refreshToken: kept[0], keep: (token) => kept.push(token) });
    const both = await Promise.all([later.get("/cases"), later.get("/cases")]);

    assert.equal(first.title, "in his name");
    assert.deepEqual(both.map((page) => page.items[0].id), [first.id, first.id]);
    assert.equal(new Set(kept).size, 2);
  });

  test("a wrong verifier is worth nothing", async () => {
    const back = await agreed(await linli.agreeing({ ...BACK, scopes: "cases.report" }));

    await assert.rejects(linli.agreed({ ...BACK, code: back.get("code"), verifier: "x".repeat(64) }), { key: "invalid_grant" });
  });
});

describe("webhooks", () => {
  const heard = [];
  let server, hook, came, made;

  /** What was told of the case that was just reported; cases of before may be told as well. */
  const found = () => heard.find(({ body }) => JSON.parse(body).data.case === made?.id);

  before(async () => {
    server = createServer((request, answer) => {
      const parts = [];
      request.on("data", (part) => parts.push(part));
      request.on("end", () => {
        answer.writeHead(204).end();
        heard.push({ headers: request.headers, body: Buffer.concat(parts) });
        server.emit("came");
      });
    });
    server.listen(Number(new URL(home).port), "127.0.0.1");
    await once(server, "listening");
    hook = await linli.post("/webhooks", { body: { url: `${home}/hook`, topics: ["CaseMoved"] } });
    made = await linli.post("/cases", { body: { ...REPORT, title: "told" } });
    while (!found()) await once(server, "came");
    came = found();
  });
  after(async () => {
    await linli.delete("/webhooks/{webhook}", { path: { webhook: hook.id } });
    server.close();
    server.closeAllConnections();
  });

  test("are opened by their secret", async () => {
    const message = await opened({ secret: hook.secret, ...came });

    assert.deepEqual([message.type, message.place, message.data.step], ["CaseMoved", "hml", "report"]);
    assert.ok(!JSON.stringify(message).includes("told"));
  });

  test("of another hand, changed, or played again are not", async () => {
    const late = { nowS: Date.now() / 1000 + 301 };
    const changed = { body: Buffer.from(came.body.toString().replace("CaseMoved", "CaseMoveD")) };
    const unsigned = { headers: { ...came.headers, "webhook-signature": "v1,AAAA v1,%%" } };
    const other = { secret: `whsec_${Buffer.alloc(32, 7).toString("base64")}` };

    const none = ["", "whsec_", "whsec_%%"].map((secret) => ({ secret }));

    for (const wrong of [late, changed, unsigned, other, ...none]) {
      await assert.rejects(opened({ secret: hook.secret, ...came, ...wrong }), Forged);
    }
  });
});
