import { beforeEach, describe, expect, it, vi } from "vitest";
import { push, Refused } from "@linli/api";
import { known } from "@/push/device";
import { giveUp, settle } from "@/push/keeper";

vi.mock("@/push/device", () => ({ known: vi.fn(), markOf: (endpoint: string) => Promise.resolve(`mark of ${endpoint}`) }));

const unsubscribe = vi.fn(() => Promise.resolve(true));
const stay = vi.spyOn(push, "stay").mockImplementation(() => Promise.resolve({} as never));
const all = vi.spyOn(push, "all");
const has = (mark: string) => Promise.resolve({ on: true, key: "", items: [{ id: 7, mark }] } as never);

beforeEach(() => {
  vi.clearAllMocks();
  vi.mocked(known).mockResolvedValue({ endpoint: "one", unsubscribe } as unknown as PushSubscription);
});

describe("a browser that rings", () => {
  it("goes on for its owner, and rests on the session of now in each community", async () => {
    all.mockImplementation((community) => has(community === "b" ? "mark of one" : "another"));

    await settle(["a", "b"]);

    expect(stay.mock.calls).toEqual([["b", 7]]);
    expect(unsubscribe).not.toHaveBeenCalled();
  });

  it("ends where it rings for another", async () => {
    all.mockImplementation(() => has("another"));

    await settle(["a"]);

    expect(unsubscribe).toHaveBeenCalledOnce();
    expect(stay).not.toHaveBeenCalled();
  });

  it("ends for who may have none", async () => {
    all.mockRejectedValue(new Refused("identity.not_allowed", "", 403));

    await settle(["a"]);

    expect(unsubscribe).toHaveBeenCalledOnce();
  });

  it("stays as it is while the server does not answer", async () => {
    all.mockRejectedValue(new Refused("", "", 503));

    await expect(settle(["a"])).rejects.toThrow();

    expect(unsubscribe).not.toHaveBeenCalled();
  });

  it("asks nothing where the browser is not rung", async () => {
    vi.mocked(known).mockResolvedValue(null);

    await settle(["a"]);
    await giveUp();

    expect(all).not.toHaveBeenCalled();
  });

  it("is given up at the end of a session", async () => {
    await giveUp();

    expect(unsubscribe).toHaveBeenCalledOnce();
  });
});
