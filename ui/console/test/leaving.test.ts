/** Going where the network does not answer: within seconds, and nothing that was scanned is lost. */
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Refused, session, tours, Unreachable, type Session, type TourScan, type User } from "@linli/api";
import { Kept } from "@/rounds/kept";
import * as shift from "@/rounds/shift";
import { t } from "@/use/language";
import { community, recall, signedIn, signOut, user } from "@/use/session";
import * as telling from "@/use/tell";

const told = vi.spyOn(telling, "tellNot").mockImplementation(() => undefined);
const who = vi.spyOn(session, "who");
const ends = vi.spyOn(session, "signOut");
const scans = vi.spyOn(tours, "tell");
const signed = (id: number) => ({ user: { id, communities: [] } as unknown as User, ended: [] }) as unknown as Session;
const silent = () => new Promise<never>(() => undefined);
const kept = () => new Kept("hml", 1);

beforeEach(() => {
  vi.resetAllMocks();
  localStorage.clear();
  community.value = "hml";
  user.value = signed(1).user;
});
afterEach(() => vi.useRealTimers());

async function goSilently(): Promise<void> {
  vi.useFakeTimers();
  const gone = signOut();
  await vi.advanceTimersByTimeAsync(10_000);
  await gone;
  vi.useRealTimers();
}

describe("going without network", () => {
  it("takes seconds, keeps what was scanned, and says both", async () => {
    kept().put({ key: "a" } as TourScan);
    scans.mockImplementation(silent);
    ends.mockImplementation(silent);

    await goSilently();

    expect(user.value).toBeNull();
    expect(kept().all()).toEqual([{ key: "a" }]);
    expect(told.mock.calls).toEqual([[t("rounds.leftUntold")], [t("user.leftHere")]]);
    expect(scans.mock.calls[0]![2]!.aborted).toBe(true);
    expect(ends).toHaveBeenCalledOnce();
  });

  it("is told to the server when it is next asked, before anybody is known here", async () => {
    ends.mockRejectedValueOnce(new Unreachable());
    await signOut();
    who.mockResolvedValue(signed(1));
    ends.mockResolvedValue(undefined);

    expect(await recall()).toBeNull();
    expect(ends).toHaveBeenCalledTimes(2);

    expect((await recall())?.id).toBe(1);
    expect(ends).toHaveBeenCalledTimes(2);
  });

  it("stays to be told while the server is away, and nobody is known meanwhile", async () => {
    ends.mockRejectedValue(new Unreachable());
    await signOut();
    who.mockResolvedValue(signed(1));

    await expect(recall()).rejects.toThrow(Unreachable);
    expect(user.value).toBeNull();

    who.mockRejectedValue(new Refused("identity.not_signed_in", "", 401));
    expect(await recall()).toBeNull();
    expect(ends).toHaveBeenCalledTimes(2);
  });

  it("ends nothing of another, nor of who has come back", async () => {
    ends.mockRejectedValueOnce(new Unreachable());
    await signOut();
    who.mockResolvedValue(signed(2));
    expect((await recall())?.id).toBe(2);

    ends.mockRejectedValueOnce(new Unreachable());
    await signOut();
    signedIn(signed(2));
    user.value = null;
    expect((await recall())?.id).toBe(2);
    expect(ends).toHaveBeenCalledTimes(2);
  });
});

it("leaves though its scans could not be told in time", async () => {
  kept().put({ key: "a" } as TourScan);
  scans.mockImplementation(silent);
  ends.mockResolvedValue(undefined);

  await goSilently();

  expect(ends).toHaveBeenCalledOnce();
  expect(told.mock.calls).toEqual([[t("rounds.leftUntold")]]);
  expect(localStorage.getItem("linli.gone")).toBeNull();
});

describe("another window", () => {
  const says = (newValue: string) => dispatchEvent(new StorageEvent("storage", { key: "linli.gone", newValue }));

  it("is told, with or without network", async () => {
    const said: (string | null)[] = [];
    const drops = vi.spyOn(shift, "drop").mockImplementation(async () => void said.push(localStorage.getItem("linli.gone")));
    ends.mockResolvedValue(undefined);

    await signOut();

    expect(said).toEqual(["1"]);
    expect(localStorage.getItem("linli.gone")).toBeNull();
    drops.mockRestore();
  });

  it("lets him go too, and nobody else", () => {
    says("2");
    expect(user.value?.id).toBe(1);
    says("1");
    expect(user.value).toBeNull();
  });
});

it("what is scanned is told before who walked goes, and what the server refuses stays", async () => {
  kept().put({ key: "a" } as TourScan);
  scans.mockRejectedValue(new Refused("tours.not_on_duty", "", 403));
  ends.mockResolvedValue(undefined);

  await signOut();

  expect(kept().all()).toEqual([{ key: "a" }]);
  expect(told.mock.calls).toEqual([[t("rounds.leftUntold")]]);
  expect(ends).toHaveBeenCalledOnce();
});
