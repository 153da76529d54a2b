import { beforeEach, describe, expect, it, vi } from "vitest";
import { nextTick, ref } from "vue";
import { flushPromises } from "@vue/test-utils";
import { push, Refused, session, type User } from "@linli/api";
import { known } from "@/push/device";
import { giveUp, settle, settleFor } from "@/push/keeper";
import { signOut, user } from "@/use/session";
import * as telling from "@/use/tell";

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

  it.each(["identity.must_add_factor", "identity.must_change_password"])("stays as it is while %s", async (key) => {
    all.mockRejectedValue(new Refused(key, "", 403));

    await expect(settle(["a"])).rejects.toThrow();

    expect(unsubscribe).not.toHaveBeenCalled();
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

describe("who comes in", () => {
  const one = (more: Partial<User>) => ({ id: 1, communities: [{ code: "a" }], must_change_password: false, must_add_factor: false, ...more }) as User;

  it.each(["must_change_password", "must_add_factor"] as const)("is settled for after %s, and once", async (must) => {
    all.mockImplementation(() => has("mark of one"));
    const who = ref<User | null>(null);
    settleFor(who);

    who.value = one({ [must]: true });
    await flushPromises();
    expect(all).not.toHaveBeenCalled();

    who.value = one({});
    await flushPromises();
    who.value = one({ language: "en" });
    await flushPromises();
    expect(stay.mock.calls).toEqual([["a", 7]]);
  });

  it("is settled for again when another comes", async () => {
    all.mockImplementation(() => has("another"));
    const who = ref<User | null>(one({}));
    settleFor(who);
    await flushPromises();

    who.value = null;
    await nextTick();
    who.value = one({ id: 2 });
    await flushPromises();

    expect(unsubscribe).toHaveBeenCalledTimes(2);
  });
});

describe("signing out", () => {
  it("is done, and says so, where the browser cannot be given up", async () => {
    vi.spyOn(session, "signOut").mockResolvedValue(undefined as never);
    const told = vi.spyOn(telling, "tellNot").mockImplementation(() => undefined);
    unsubscribe.mockRejectedValueOnce(new Error("no push service"));
    user.value = { id: 1 } as User;

    await signOut();

    expect(user.value).toBeNull();
    expect(told).toHaveBeenCalledOnce();
  });

  it("leaves the browser as it is where the server does not answer", async () => {
    vi.spyOn(session, "signOut").mockRejectedValue(new Refused("", "", 503));

    await expect(signOut()).rejects.toThrow();

    expect(unsubscribe).not.toHaveBeenCalled();
  });
});
