/** How a program speaks to Linli: tokens taken when they are wanted, requests sent again safely. */
import { crypto } from "./crypto.js";
import type { Answer, Given, Item, Method, Path } from "./doors.js";
import { Refused } from "./refused.js";

const TRIES = 4;
const LONGEST_WAIT_S = 30;
const TIMEOUT_S = 30;
const AGAIN = new Set([429, 503]);

export interface Options {
  /** As `https://linli.example`. */
  url: string;
  community: string;
  clientId?: string;
  clientSecret?: string;
  /** With it the line acts for the resident who agreed. */
  refreshToken?: string;
  /** Told each time that the refresh token has turned over: the newest alone is good. */
  keep?: (refreshToken: string) => void | Promise<void>;
  /** In which language refusals are worded. */
  language?: "zh-hans" | "en";
  fetch?: typeof fetch;
  pause?: (seconds: number) => Promise<void>;
}

/** A resident is about to be asked: `url` is where his browser goes, `verifier` stays here. */
export interface Agreeing {
  url: string;
  state: string;
  verifier: string;
}

interface Tokens {
  access_token: string;
  refresh_token?: string;
}

interface Request {
  query?: object | undefined;
  body?: unknown;
  headers: Record<string, string>;
}

/** What any call may be given, whichever door it is. */
interface Loose {
  path?: object | undefined;
  query?: object | undefined;
  body?: unknown;
  ifMatch?: string;
  key?: string;
}

/** A line to one community, for a program itself or for a resident who agreed to it. */
export class Linli {
  readonly community: string;
  private readonly url: string;
  private readonly options: Options;
  private refreshToken: string;
  private token = "";
  private taking: Promise<string> | null = null;

  constructor(options: Options) {
    this.options = options;
    this.url = options.url.replace(/\/+$/, "");
    this.community = options.community;
    this.refreshToken = options.refreshToken ?? "";
  }

  get<R extends Path<"get">>(path: R, given?: Given<"get", R>): Promise<Answer<"get", R>> {
    return this.call("get", path, given) as Promise<Answer<"get", R>>;
  }

  /** A POST carries a key of its own, so that it is carried out once however often it is sent. */
  post<R extends Path<"post">>(path: R, given: Given<"post", R>): Promise<Answer<"post", R>> {
    return this.call("post", path, given) as Promise<Answer<"post", R>>;
  }

  put<R extends Path<"put">>(path: R, given: Given<"put", R>): Promise<Answer<"put", R>> {
    return this.call("put", path, given) as Promise<Answer<"put", R>>;
  }

  patch<R extends Path<"patch">>(path: R, given: Given<"patch", R>): Promise<Answer<"patch", R>> {
    return this.call("patch", path, given) as Promise<Answer<"patch", R>>;
  }

  delete<R extends Path<"delete">>(path: R, given: Given<"delete", R>): Promise<Answer<"delete", R>> {
    return this.call("delete", path, given) as Promise<Answer<"delete", R>>;
  }

  /** Read something with its ETag; what has not changed since `seen` is not sent, and is undefined. */
  async look<R extends Path<"get">>(
    path: R, given?: Given<"get", R> & { seen?: string },
  ): Promise<{ etag: string; value: Answer<"get", R> | undefined }> {
    const request = this.asked("get", given ?? {});
    if (given?.seen) request.headers["If-None-Match"] = given.seen;
    const answer = await this.send("get", this.address(path, given ?? {}), request);
    const value = answer.status === 304 ? undefined : ((await read(answer)) as Answer<"get", R>);
    return { etag: answer.headers.get("ETag") ?? "", value };
  }

  /** Every item of a list, page after page. */
  async *pages<R extends Path<"get">>(path: R, given?: Given<"get", R>): AsyncGenerator<Item<R>> {
    let cursor: string | number | null | undefined;
    do {
      const query = { ...given?.query, ...(cursor ? { cursor } : {}) };
      const page = (await this.call("get", path, { ...(given as Loose), query })) as {
        items: Item<R>[];
        next?: string | number | null;
      };
      yield* page.items;
      cursor = page.next;
    } while (cursor);
  }

  /** Return where to send a resident's browser, so that he may agree (OAuth 2.1 with PKCE). */
  async agreeing(to: { redirectUri: string; scopes: string }): Promise<Agreeing> {
    const [state, verifier] = [random(16), random(48)];
    const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(verifier));
    const asked = new URLSearchParams({
      response_type: "code",
      client_id: this.options.clientId ?? "",
      redirect_uri: to.redirectUri,
      scope: to.scopes,
      state,
      code_challenge: base64url(new Uint8Array(digest)),
      code_challenge_method: "S256",
    });
    return { url: `${this.url}/${this.community}/agree?${asked}`, state, verifier };
  }

  /** Return a line that acts for the resident who agreed, by the code that he brought back. */
  async agreed(back: { code: string; redirectUri: string; verifier: string; keep?: Options["keep"] }): Promise<Linli> {
    const given = await this.tokens({
      grant_type: "authorization_code",
      code: back.code,
      redirect_uri: back.redirectUri,
      code_verifier: back.verifier,
    });
    const { keep: _ours, ...options } = this.options;
    const theirs = { ...options, refreshToken: given.refresh_token ?? "" };
    const line = new Linli(back.keep ? { ...theirs, keep: back.keep } : theirs);
    line.token = given.access_token;
    await back.keep?.(line.refreshToken);
    return line;
  }

  private async call(method: Method, path: string, given: Loose | undefined): Promise<unknown> {
    const request = this.asked(method, given ?? {});
    return read(await this.send(method, this.address(path, given ?? {}), request));
  }

  private asked(method: Method, given: Loose): Request {
    const headers: Record<string, string> = {
      Accept: "application/json",
      "Accept-Language": this.options.language ?? "zh-hans",
    };
    if (method === "post" && this.options.clientId) headers["Idempotency-Key"] = given.key ?? random(16);
    if (given.ifMatch) headers["If-Match"] = given.ifMatch;
    return { body: given.body, headers };
  }

  private address(path: string, given: Loose): string {
    const places = (given.path ?? {}) as Record<string, unknown>;
    const filled = path.replace(/\{(\w+)\}/g, (_hole, name: string) =>
      String(places[name]).split("/").map(encodeURIComponent).join("/"),
    );
    const query = new URLSearchParams();
    for (const [name, value] of Object.entries(given.query ?? {})) {
      for (const one of Array.isArray(value) ? value : [value]) {
        if (one !== undefined && one !== null) query.append(name, String(one));
      }
    }
    const asked = query.toString();
    return `${this.url}/api/v1/${encodeURIComponent(this.community)}${filled}${asked && `?${asked}`}`;
  }

  private async send(method: Method, address: string, request: Request): Promise<Response> {
    const { body, headers } = request;
    const ready = body === undefined || body instanceof FormData || body instanceof URLSearchParams;
    if (!ready) headers["Content-Type"] = "application/json";
    for (let turn = 1; ; turn += 1) {
      const token = this.options.clientId ? await this.taken() : "";
      if (token) headers.Authorization = `Bearer ${token}`;
      const answer = await this.fetched(address, {
        method: method.toUpperCase(),
        headers,
        ...(body === undefined ? {} : { body: ready ? (body as FormData) : JSON.stringify(body) }),
      });
      if (answer.ok || answer.status === 304) return answer;
      const pauseS = this.pauseS(answer, turn, token);
      if (pauseS === null) throw await Refused.from(answer);
      await answer.body?.cancel();
      if (pauseS > 0) await (this.options.pause ?? sleep)(pauseS);
    }
  }

  /** Return how long to wait before it is sent again; null where that would not help. */
  private pauseS(answer: Response, turn: number, token: string): number | null {
    if (turn === TRIES) return null;
    if (answer.status === 401 && token && turn === 1) {
      if (this.token === token) this.token = "";
      return 0;
    }
    if (!AGAIN.has(answer.status)) return null;
    const wanted = Number(answer.headers.get("Retry-After") ?? 2 ** turn);
    return wanted <= LONGEST_WAIT_S ? wanted : null;
  }

  /** Return the access token. Those who want one at once take it together: a refresh token that is
   *  shown twice counts as stolen, and ends all that came of the agreement. */
  private taken(): Promise<string> {
    if (this.token) return Promise.resolve(this.token);
    this.taking ??= this.newToken().finally(() => (this.taking = null));
    return this.taking;
  }

  private async newToken(): Promise<string> {
    const given = await this.tokens(
      this.refreshToken
        ? { grant_type: "refresh_token", refresh_token: this.refreshToken }
        : { grant_type: "client_credentials" },
    );
    if (given.refresh_token) {
      this.refreshToken = given.refresh_token;
      await this.options.keep?.(given.refresh_token);
    }
    this.token = given.access_token;
    return this.token;
  }

  private async tokens(form: Record<string, string>): Promise<Tokens> {
    const { clientId = "", clientSecret = "" } = this.options;
    const body = new URLSearchParams({ ...form, client_id: clientId, client_secret: clientSecret });
    const answer = await this.fetched(`${this.url}/api/v1/oauth/token`, { method: "POST", body });
    if (!answer.ok) throw await Refused.from(answer);
    return (await answer.json()) as Tokens;
  }

  private fetched(address: string, init: RequestInit): Promise<Response> {
    const signal = AbortSignal.timeout(TIMEOUT_S * 1000);
    return (this.options.fetch ?? fetch)(address, { ...init, signal, credentials: "omit" });
  }
}

async function read(answer: Response): Promise<unknown> {
  if (answer.status === 204) return undefined;
  const kind = answer.headers.get("Content-Type") ?? "";
  return kind.includes("json") ? answer.json() : answer.arrayBuffer();
}

function sleep(seconds: number): Promise<void> {
  return new Promise((done) => setTimeout(done, seconds * 1000));
}

function random(length: number): string {
  return base64url(crypto.getRandomValues(new Uint8Array(length)));
}

function base64url(bytes: Uint8Array): string {
  const text = btoa(String.fromCharCode(...bytes));
  return text.replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}
