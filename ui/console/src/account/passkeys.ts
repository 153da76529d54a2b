/** Passkeys: what the browser is asked, and what it answers. */
import { identity, type Session } from "@linli/api";

type Options = Record<string, unknown>;

/** Tell whether this browser makes passkeys, here: an address of digits has none. */
export function able(): boolean {
  return typeof PublicKeyCredential !== "undefined" && "parseCreationOptionsFromJSON" in PublicKeyCredential;
}

/** The user closed the browser's own window, or took too long. */
export class Declined extends Error {}

async function answered(asked: Promise<Credential | null>): Promise<Options> {
  const found = await asked.catch(() => null);
  if (!found) throw new Declined();
  return (found as PublicKeyCredential).toJSON() as Options;
}

/** Make a passkey of one's own; return codes for paper, if these are the first. */
export async function makePasskey(name: string): Promise<string[]> {
  const { options } = await identity.askNewPasskey();
  const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(options as never);
  const made = await answered(navigator.credentials.create({ publicKey }));
  return (await identity.addPasskey(name, made)).codes;
}

/** Show a passkey: it signs in, or shows again that it is oneself. */
export async function showPasskey(): Promise<Session> {
  const { options } = await identity.askPasskey();
  const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(options as never);
  const shown = await answered(navigator.credentials.get({ publicKey }));
  return identity.showPasskey(shown);
}
