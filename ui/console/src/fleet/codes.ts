/** Codes of devices: what may stand in a topic. */
import type { Newcomer } from "@linli/api";

const CODE = /^[a-z0-9-]{2,48}$/;

export const validCode = (code: string) => CODE.test(code);

/** Return a code made of any text; empty where nothing of it can stand in one. */
export function asCode(text: string): string {
  const made = text.toLowerCase().replace(/[^a-z0-9]+/g, "-").replace(/^-+|-+$/g, "").slice(0, 48);
  return validCode(made) ? made : "";
}

/** Propose a code for a newcomer: his serial, else where he spoke. */
export function proposedCode(one: Pick<Newcomer, "serial" | "line" | "address">): string {
  return asCode(one.serial) || asCode(`${one.line}-${one.address}`);
}
