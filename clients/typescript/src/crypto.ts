/** Web Crypto, which Node 18 keeps in a module. */
const MODULE = "node:crypto";

export const crypto: Crypto =
  globalThis.crypto ?? ((await import(/* @vite-ignore */ MODULE)) as { webcrypto: Crypto }).webcrypto;
