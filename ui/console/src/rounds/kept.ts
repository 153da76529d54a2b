/** What a guard scanned and the server does not know yet: kept on the telephone, told in order, each under its own key. */
import type { TourScan, TourScanned } from "@linli/api";

const MOST = 500;
const AT_ONCE = 50;

/** Where it is kept: `localStorage`, or something like it. */
export type Shelf = Pick<Storage, "getItem" | "setItem" | "removeItem">;

export type Send = (scans: TourScan[]) => Promise<{ items: TourScanned[] }>;

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

  /** Tell what is kept, some at a time; what was answered is kept no longer. Whatever fails stays, and is thrown. */
  async tell(send: Send): Promise<TourScanned[]> {
    const answers: TourScanned[] = [];
    for (let next = this.all().slice(0, AT_ONCE); next.length; next = this.all().slice(0, AT_ONCE)) {
      const { items } = await send(next);
      const done = new Set(next.map(({ key }) => key));
      this.shelf.setItem(this.name, JSON.stringify(this.all().filter(({ key }) => !done.has(key))));
      answers.push(...items);
    }
    return answers;
  }
}
