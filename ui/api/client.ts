/** One door to the server: cookies, CSRF, refusals in words. */
import createClient from "openapi-fetch";
import type { paths } from "./schema";

export const ROOT = "/api/v1";

/** The server said no; `message` is a sentence that says what to do, in the reader's language. */
export class Refused extends Error {
  constructor(
    readonly key: string,
    message: string,
    readonly status: number,
    readonly values: Record<string, unknown> = {},
  ) {
    super(message);
  }
}

/** The server could not be reached, or did not answer as it should. */
export class Unreachable extends Error {
  constructor(readonly status: number = 0) {
    super("unreachable");
  }
}

const listeners = new Set<() => void>();

/** Be told when the server no longer knows who is asking. */
export function onSignedOut(listener: () => void): void {
  listeners.add(listener);
}

let showFactor: ((factors: string[]) => Promise<boolean>) | undefined;

/** Ask the user to show a factor where the server wants one again; it tells whether he did. */
export function onFactorWanted(ask: (factors: string[]) => Promise<boolean>): void {
  showFactor = ask;
}

/** Tell which factors would do, if that is what the server wants. */
async function wanted(response: Response): Promise<string[] | null> {
  if (response.status !== 401) return null;
  const said = (await response.clone().json().catch(() => null)) as { key?: string; values?: { factors?: string[] } } | null;
  return said?.key === "identity.step_up_wanted" ? (said.values?.factors ?? []) : null;
}

const NOBODY = new Set(["identity.not_signed_in", "identity.session_over"]);

/** The token of this session's forms: by TLS its cookie has a name that only this host can set. */
function token(): string {
  const pairs = document.cookie.split("; ");
  const found = ["__Host-csrftoken=", "csrftoken="].flatMap((name) => pairs.filter((pair) => pair.startsWith(name)));
  return found.length ? decodeURIComponent(found[0]!.slice(found[0]!.indexOf("=") + 1)) : "";
}

let ward = "";
/** What a guardian does in the place of his ward. Help is called and all else done as oneself; calls say for themselves whose they are. */
const OF_WARD = /\/my\/(homes?|visits|doors|door-code|door-ways|credentials|pin|face|passages|charging|wallet|orders)(\/|$)/;

/** Do that in the place of a ward (`person:12`) from now on; empty: for oneself again. */
export function speakFor(subject: string): void {
  ward = subject;
}

async function reach(request: Request): Promise<Response> {
  try {
    return await fetch(request);
  } catch (cause) {
    throw new Unreachable();
  }
}

const SAFE = new Set(["GET", "HEAD"]);

async function send(request: Request): Promise<Response> {
  if (!SAFE.has(request.method)) request.headers.set("X-CSRFToken", token());
  const language = document.documentElement.lang.startsWith("en") ? "en" : "zh-hans";
  request.headers.set("Accept-Language", language);
  if (ward && OF_WARD.test(new URL(request.url).pathname)) request.headers.set("Linli-For", ward);
  const again = request.clone();
  const response = await reach(request);
  const factors = await wanted(response);
  if (!factors || !showFactor || !(await showFactor(factors))) return response;
  again.headers.set("X-CSRFToken", token());
  return reach(again);
}

async function refusal(response: Response): Promise<Refused | Unreachable> {
  const body = (await response.json().catch(() => null)) as {
    key?: string;
    message?: string;
    detail?: unknown;
    values?: Record<string, unknown>;
  } | null;
  if (response.status === 401 && (!body?.key || NOBODY.has(body.key))) listeners.forEach((listener) => listener());
  if (!body) return new Unreachable(response.status);
  const said = body.message ?? (typeof body.detail === "string" ? body.detail : "");
  return new Refused(body.key ?? `http.${response.status}`, said, response.status, body.values);
}

/** The client generated from OpenAPI; every answer that is not 2xx is thrown as a refusal. */
export const client = createClient<paths>({ baseUrl: `${location.origin}${ROOT}`, fetch: send });

client.use({
  async onResponse({ response }) {
    if (!response.ok) throw await refusal(response);
    return response;
  },
});
