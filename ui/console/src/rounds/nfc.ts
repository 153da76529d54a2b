/** Tags by NFC, where the browser reads and writes them itself: Chromium on Android, by TLS. Elsewhere the telephone opens the tag's link. */

interface Reading {
  serialNumber: string;
  message: { records: readonly { recordType: string; data?: DataView }[] };
}
interface Reader {
  scan: (options?: { signal?: AbortSignal }) => Promise<void>;
  write: (message: { records: { recordType: string; data: string }[] }, options?: { signal?: AbortSignal }) => Promise<void>;
  onreading: ((event: Reading) => void) | null;
}

export interface Tag {
  /** The text of its link behind `#nfc=`, or of whatever else it says; empty where it says nothing. */
  text: string;
  serial: string;
}

const made = (): (new () => Reader) | undefined => (globalThis as { NDEFReader?: new () => Reader }).NDEFReader;

export const able = (): boolean => made() !== undefined;

/** Return what stands behind `#nfc=` of a link, or the text itself where it is none. */
export function codeIn(text: string): string {
  const at = text.indexOf("#nfc=");
  return (at < 0 ? text : text.slice(at + 5)).trim();
}

function tagOf({ serialNumber, message }: Reading): Tag {
  const said = message.records.find(({ recordType }) => recordType === "url" || recordType === "text");
  return { text: said?.data ? codeIn(new TextDecoder().decode(said.data)) : "", serial: serialNumber };
}

/** Tell of each tag that is held to the telephone, until it is stopped.
 *
 *  @throws DOMException where it is not allowed, or switched off
 */
export async function read(heard: (tag: Tag) => void): Promise<() => void> {
  const end = new AbortController();
  const reader = new (made()!)();
  reader.onreading = (event) => heard(tagOf(event));
  await reader.scan({ signal: end.signal });
  return () => end.abort();
}

/** Write a link to the next tag that is held to the telephone. */
export async function write(link: string, signal: AbortSignal): Promise<void> {
  await new (made()!)().write({ records: [{ recordType: "url", data: link }] }, { signal });
}
