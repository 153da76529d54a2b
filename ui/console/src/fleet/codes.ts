/** Codes of devices: what may stand in a topic. */
import type { Newcomer } from "@linli/api";

const CODE = /^[a-z0-9-]{2,48}$/;

export const validCode = (code: string) => CODE.test(code);

/** Return a code made of any text; empty where nothing of it can stand in one. */
export function asCode(text: string): string {
  const made = text.toLowerCase().replace(/[^a-z0-9]+/g, "-").replace(/^-+|-+$/g, "").slice(0, 48);
  return validCode(made) ? made : "";
}

/**
 * Propose a code for a newcomer: his serial, else where he spoke. For one behind a gateway that speaks
 * our own MQTT or HTTP it is the code under which the gateway speaks for him: no other would be heard.
 */
export function proposedCode(one: Pick<Newcomer, "serial" | "line" | "address">, plain = false): string {
  if (plain && validCode(one.address)) return one.address;
  return asCode(one.serial) || asCode(`${one.line}-${one.address}`);
}
