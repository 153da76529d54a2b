import { describe, expect, it, vi } from "vitest";
import { latest, sos } from "@linli/api";
import { client } from "../../api/client";
import { onwards, onwardsOf, whole, wholeByNumber } from "../../api/answer";
import { useParts } from "../src/use/parts";

const PAGES: Record<string, { items: number[]; terminals: string[]; default: string[]; next: string | null }> = {
  "": { items: [1, 2], terminals: ["a"], default: ["d"], next: "2" },
  "2": { items: [3, 4], terminals: [], default: ["d"], next: "4" },
  "4": { items: [5], terminals: ["b"], default: ["d"], next: null },
};
const read = vi.fn((cursor = "") => Promise.resolve(structuredClone(PAGES[cursor]!)));

describe("a list that is read to its end", () => {
  it("holds the things of all pages, and what stands beside them once", async () => {
    expect(await whole(read)).toEqual({ items: [1, 2, 3, 4, 5], terminals: ["a"], default: ["d"], next: null });
    expect(read.mock.calls.map(([cursor]) => cursor)).toEqual([undefined, "2", "4"]);
  });

  it("takes other lists along where they are named", async () => {
    expect((await whole(read, ["items", "terminals"])).terminals).toEqual(["a", "b"]);
  });

  it("fails where one page does", async () => {
    await expect(whole((cursor) => (cursor ? Promise.reject(new Error("gone")) : read("")))).rejects.toThrow("gone");
  });

  it("asks for the next part by the cursor alone", () => {
    expect(onwards("hml")).toEqual({ path: { community: "hml" }, query: {} });
    expect(onwards("hml", "p1")).toEqual({ path: { community: "hml" }, query: { cursor: "p1" } });
  });
});

describe("a list whose cursor is a number", () => {
  it("is read to its end too", async () => {
    const parts: Record<number, { items: string[]; next: number | null }> = { 0: { items: ["a"], next: 7 }, 7: { items: ["b"], next: null } };
    expect(await wholeByNumber((cursor = 0) => Promise.resolve(structuredClone(parts[cursor]!)))).toEqual({ items: ["a", "b"], next: null });
    expect(onwardsOf({ community: "hml", lot: "p1" }, 7)).toEqual({ path: { community: "hml", lot: "p1" }, query: { cursor: 7 } });
  });
});

describe("a list that moves", () => {
  let now = [{ id: 1 }, { id: 2 }, { id: 3 }];
  const part = vi.fn((cursor = 0) => Promise.resolve({ items: now.slice(cursor, cursor + 2), next: cursor + 2 < now.length ? cursor + 2 : null, state: "running" }));

  it("is read again as far as its pages were turned, with what stands beside its items", async () => {
    const { found, more, anew } = useParts<{ id: number }, { items: { id: number }[]; next: number | null; state: string }, number>(part, latest);
    await found.load();
    expect([found.data.value?.items, found.data.value?.next, found.data.value?.state]).toEqual([[{ id: 1 }, { id: 2 }], 2, "running"]);

    await more();
    expect([found.data.value?.items.length, found.data.value?.next]).toEqual([3, null]);

    now = [{ id: 4 }, ...now];
    await found.load();
    expect(found.data.value?.items.map(({ id }) => id)).toEqual([4, 1, 2, 3]);

    await anew();
    expect(found.data.value?.items.map(({ id }) => id)).toEqual([4, 1]);
  });
});

describe("the board of calls for help", () => {
  it("reads on as long as there may be an open one, and no further", async () => {
    const pages = [
      { items: [{ id: 3 }], next: "open.3" },
      { items: [{ id: 2 }], next: "closed.2" },
    ];
    const get = vi.spyOn(client, "GET").mockImplementation(() => Promise.resolve({ data: pages.shift() }) as never);

    const board = await sos.board("hml");

    expect(board.items.map(({ id }) => id)).toEqual([3, 2]);
    expect(board.next).toBe("closed.2");
    expect(get).toHaveBeenCalledTimes(2);
  });

  it("holds a call that closes between two pages once, as it is now", async () => {
    const pages = [
      { items: [{ id: 3, closed_at: null }, { id: 2, closed_at: null }], next: "open.2" },
      { items: [{ id: 3, closed_at: "2026-06-01T04:00:00Z" }, { id: 1, closed_at: "2026-06-01T03:00:00Z" }], next: null },
    ];
    vi.spyOn(client, "GET").mockImplementation(() => Promise.resolve({ data: pages.shift() }) as never);

    expect((await sos.board("hml")).items.map(({ id, closed_at }) => [id, !!closed_at])).toEqual([[3, true], [2, false], [1, true]]);
  });

  it("reads on from where it ended", async () => {
    const get = vi.spyOn(client, "GET").mockResolvedValue({ data: { items: [{ id: 1 }], next: null } } as never);

    expect(await sos.board("hml", "closed.2")).toEqual({ items: [{ id: 1 }], next: null });
    expect(get.mock.calls.at(-1)?.[1]).toEqual({ params: onwards("hml", "closed.2") });
  });

  it("keeps one of each id, the one that was read last", () => {
    expect(latest([{ id: 1, at: 1 }, { id: 2, at: 1 }, { id: 1, at: 2 }])).toEqual([{ id: 1, at: 2 }, { id: 2, at: 1 }]);
  });
});
