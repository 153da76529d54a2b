/** A message that Linli sent: is it ours, and new? (modelled on Standard Webhooks) */
import { crypto } from "./crypto.js";

const TOLERANCE_S = 300;

/** It was not signed with this secret, or so long ago that somebody may be playing it again. */
export class Forged extends Error {
  constructor(why: "secret" | "timestamp" | "signature") {
    super(why);
    this.name = "Forged";
  }
}

export interface Message<Data = Record<string, unknown>> {
  type: string;
  timestamp: string;
  place: string;
  data: Data;
}

interface Came {
  /** As it was told once: `whsec_…`. */
  secret: string;
  headers: Headers | Record<string, string | string[] | undefined>;
  /** The body as it came, before anybody has read JSON of it. */
  body: string | Uint8Array;
  nowS?: number;
}

/** Return what a message says.
 *  @throws Forged if it is not from who knows the secret, or older than five minutes; of a secret that is none, nothing is */
export async function opened<Data = Record<string, unknown>>(came: Came): Promise<Message<Data>> {
  const raw = bytes(came.secret.replace(/^whsec_/, ""));
  if (!raw?.length) throw new Forged("secret");
  const said = names(came.headers);
  const stamp = said["webhook-timestamp"] ?? "";
  const nowS = came.nowS ?? Date.now() / 1000;
  if (!/^\d+$/.test(stamp) || Math.abs(nowS - Number(stamp)) > TOLERANCE_S) throw new Forged("timestamp");
  const body = typeof came.body === "string" ? new TextEncoder().encode(came.body) : came.body;
  const head = new TextEncoder().encode(`${said["webhook-id"] ?? ""}.${stamp}.`);
  const signed = new Uint8Array(head.length + body.length);
  signed.set(head);
  signed.set(body, head.length);
  const key = await crypto.subtle.importKey("raw", raw, { name: "HMAC", hash: "SHA-256" }, false, ["verify"]);
  for (const shown of (said["webhook-signature"] ?? "").split(/\s+/)) {
    const signature = shown.startsWith("v1,") ? bytes(shown.slice(3)) : null;
    if (signature && (await crypto.subtle.verify("HMAC", key, signature, signed))) {
      return JSON.parse(new TextDecoder().decode(body)) as Message<Data>;
    }
  }
  throw new Forged("signature");
}

function names(headers: Came["headers"]): Record<string, string> {
  const pairs = headers instanceof Headers ? [...headers.entries()] : Object.entries(headers);
  return Object.fromEntries(pairs.map(([name, value]) => [name.toLowerCase(), String(value)]));
}

/** Return what base64 stands for; null where it is none. */
function bytes(text: string): Uint8Array<ArrayBuffer> | null {
  try {
    return Uint8Array.from(atob(text), (sign) => sign.charCodeAt(0));
  } catch {
    return null;
  }
}
