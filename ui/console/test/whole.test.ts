import { describe, expect, it, vi } from "vitest";
import { sos } from "@linli/api";
import { client } from "../../api/client";
import { onwards, whole } from "../../api/answer";

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

describe("the board of calls for help", () => {
  it("reads on as long as there may be an open one, and no further", async () => {
    const pages = [
      { items: [{ id: 3 }], next: "open.3" },
      { items: [{ id: 2 }], next: "closed.2" },
    ];
    const get = vi.spyOn(client, "GET").mockImplementation(() => Promise.resolve({ data: pages.shift() }) as never);

    expect((await sos.board("hml")).items.map(({ id }) => id)).toEqual([3, 2]);
    expect(get).toHaveBeenCalledTimes(2);
  });
});
