/** What a guard scanned and the server does not know yet: kept on the telephone, told in order, each under its own key. */
import type { TourScan, TourScanned } from "@linli/api";

const MOST = 500;
const AT_ONCE = 50;

/** Where it is kept: `localStorage`, or something like it. */
export type Shelf = Pick<Storage, "getItem" | "setItem" | "removeItem">;

export type Send = (scans: TourScan[]) => Promise<{ items: TourScanned[] }>;

/** Return the code of the point that a scan is of; empty where only the server knows. */
export const pointOf = ({ point, text }: TourScan): string => point || (/^LT\d\.([a-z0-9-]{1,32})\./.exec(text ?? "")?.[1] ?? "");

export class Kept {
  private readonly name: string;
  private readonly shelf: Shelf;

  constructor(community: string, account: number, shelf: Shelf = localStorage) {
    this.name = `linli.rounds.${community}.${account}`;
    this.shelf = shelf;
  }

  all(): TourScan[] {
    try {
      const said: unknown = JSON.parse(this.shelf.getItem(this.name) ?? "[]");
      return Array.isArray(said) ? (said as TourScan[]) : [];
    } catch {
      return [];
    }
  }

  /** Keep one more; false where there is no room, for then nothing older is pushed out. */
  put(scan: TourScan): boolean {
    const there = this.all();
    if (there.length >= MOST) return false;
    try {
      this.shelf.setItem(this.name, JSON.stringify([...there, scan]));
      return true;
    } catch {
      return false;
    }
  }

  /** Write down where one was read, once that is known; what has been told meanwhile stays as it was told. */
  place(key: string, position: TourScan["position"]): void {
    this.shelf.setItem(this.name, JSON.stringify(this.all().map((scan) => (scan.key === key ? { ...scan, position } : scan))));
  }

  private next(waits: ReadonlySet<string>): TourScan[] {
    const some = this.all().slice(0, AT_ONCE);
    const first = some.findIndex(({ key }) => waits.has(key));
    return first < 0 ? some : some.slice(0, first);
  }

  /** Tell what is kept, some at a time and in order, up to the first that `waits`; what was answered is kept no longer. Whatever fails stays, and is thrown. */
  async tell(send: Send, waits: ReadonlySet<string> = new Set()): Promise<TourScanned[]> {
    const answers: TourScanned[] = [];
    for (let next = this.next(waits); next.length; next = this.next(waits)) {
      const { items } = await send(next);
      const done = new Set(next.map(({ key }) => key));
      this.shelf.setItem(this.name, JSON.stringify(this.all().filter(({ key }) => !done.has(key))));
      answers.push(...items);
    }
    return answers;
  }
}
