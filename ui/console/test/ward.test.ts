import { beforeEach, describe, expect, it, vi } from "vitest";
import { callsOf, myCalls, myDoors, privacy, Refused, speakFor, type CallSide, type DoorCall } from "@linli/api";
import { beside } from "@/visits/beside";
import { actFor, actOn, community, enterCommunity, mayOneself, permissions, user, ward } from "@/use/session";

const sent = vi.fn<(request: Request) => Promise<Response>>();
const answer = () => new Response(JSON.stringify({ items: [], next: null }), { status: 200, headers: { "Content-Type": "application/json" } });
const lately = () => sent.mock.lastCall![0].headers.get("Linli-For");
const WARD = { subject: "person:12", name: "周小宝", permissions: ["doors.own", "visits.own"] };

beforeEach(() => {
  sent.mockReset();
  sent.mockImplementation(async () => answer());
  vi.stubGlobal("fetch", sent);
  community.value = "hml";
  actFor(null);
});

describe("acting for a ward", () => {
  it("is said where it is done, and nowhere else", async () => {
    actFor(WARD);
    await myDoors.ways("hml");
    expect(lately()).toBe("person:12");
    await myDoors.household("hml");
    expect(lately()).toBeNull();
    await privacy.wards("hml");
    expect(lately()).toBeNull();
    await myCalls.all("hml");
    expect(lately()).toBeNull();
    await callsOf("person:12").all("hml");
    expect(lately()).toBe("person:12");
    await callsOf("person:12").act("hml", 5, "open");
    expect(lately()).toBe("person:12");
    await myCalls.act("hml", 5, "open");
    expect(lately()).toBeNull();
    speakFor("");
    await myDoors.ways("hml");
    expect(lately()).toBeNull();
  });

  it("leaves the call for help, and takes what is one's own", () => {
    const own = ["doors.own", "parking.own", "household.own", "privacy.own", "sos.call", "places.public"];
    user.value = { permissions: { hml: own } } as unknown as typeof user.value;
    actFor(WARD);

    expect([...permissions.value].sort()).toEqual(["doors.own", "privacy.own", "sos.call", "visits.own"]);
    expect(["parking.own", "visits.own"].map(mayOneself)).toEqual([true, false]);
    actFor(null);
    expect([...permissions.value].sort()).toEqual([...own].sort());
  });

  it("goes on when the page is read anew, for the same account in the same community alone", () => {
    const anew = (account: number, code: string) => {
      user.value = { id: account, permissions: {} } as unknown as typeof user.value;
      community.value = code;
      ward.value = null;
      actOn();
      return ward.value as unknown;
    };
    const chosen = () => ((user.value = { id: 7, permissions: {} } as unknown as typeof user.value), (community.value = "hml"), actFor(WARD));
    chosen();
    expect(anew(7, "hml")).toEqual(WARD);
    expect(anew(8, "hml")).toBeNull();
    expect(anew(7, "hml")).toBeNull();
    chosen();
    expect(anew(7, "qhy")).toBeNull();
    chosen();
    actFor(null);
    expect(anew(7, "hml")).toBeNull();
  });

  it("is not forgotten by the first community that a window read anew enters", () => {
    user.value = { id: 7, permissions: {} } as unknown as typeof user.value;
    actFor(WARD);
    ward.value = null;
    community.value = "";
    enterCommunity("hml");
    actOn();
    expect(ward.value).toEqual(WARD);
  });

  it("ends with the community", () => {
    actFor(WARD);
    enterCommunity("qhy");
    expect(permissions.value.has("visits.own")).toBe(false);
  });
});

describe("the calls of two homes", () => {
  const side = (...ids: number[]) => {
    const done = vi.fn();
    const items = ids.map((id) => ({ id })) as DoorCall[];
    const told: CallSide = {
      all: async () => ({ items, next: null, phrases: [] }),
      act: async (_, id, act) => (done(id, act), items[0]!),
      picture: async (_, id) => (done(id, "picture"), { sdp: "" }),
      talk: async (_, id) => (done(id, "talk"), { sdp: "", hears: true, speaks: true, why: "" }),
      say: async (_, id, phrase) => (done(id, phrase), items[0]!),
    };
    return { told, done };
  };
  const ids = async (both: CallSide) => (await both.all("hml")).items.map(({ id }) => id);

  it("stand in one list, each answered as whose it is, and one of both as one's own", async () => {
    const [mine, his] = [side(7, 3), side(8, 7)];
    const both = beside(mine.told, () => his.told);

    expect(await ids(both)).toEqual([8, 7, 3]);
    expect([8, 7, 3].map(both.ofWard)).toEqual([true, false, false]);
    await both.act("hml", 8, "open");
    await both.act("hml", 7, "refuse");
    await both.picture("hml", 8, "");
    await both.talk("hml", 8, "");
    await both.say("hml", 3, "wait");
    expect(his.done.mock.calls).toEqual([[8, "open"], [8, "picture"], [8, "talk"]]);
    expect(mine.done.mock.calls).toEqual([[7, "refuse"], [3, "wait"]]);
  });

  it("are one's own alone while one acts for oneself, and where one may not act now", async () => {
    const mine = side(7);
    const refused: CallSide = { ...side(8).told, all: async () => Promise.reject(new Refused("identity.not_your_ward", "", 404)) };

    expect(await ids(beside(mine.told, () => null))).toEqual([7]);
    expect(await ids(beside(mine.told, () => refused))).toEqual([7]);
  });

  const trouble = [429, 500, 503].map((status) => [`${status}`, new Refused(`http.${status}`, "", status)] as const);

  it.each([...trouble, ["a lost connection", new TypeError("Failed to fetch")] as const])("are one's own whatever comes of the ward's, his as they were last: %s", async (_, cause) => {
    const [mine, his] = [side(7), side(8)];
    const reads = vi.fn(his.told.all);
    const ward: CallSide = { ...his.told, all: reads };
    const [both, fresh] = [beside(mine.told, () => ward), beside(mine.told, () => ward)];
    await ids(both);
    reads.mockRejectedValue(cause);

    expect(await ids(both)).toEqual([8, 7]);
    expect(await ids(both)).toEqual([8, 7]);
    await both.act("hml", 8, "open");
    expect(his.done).toHaveBeenCalledWith(8, "open");
    expect(await ids(fresh)).toEqual([7]);
    expect((await both.all("qhy")).items.map(({ id }) => id)).toEqual([7]);
  });

  it("never keep those of another ward, nor of nobody", async () => {
    const [mine, first] = [side(7), side(8)];
    const down: CallSide = { ...side(9).told, all: async () => Promise.reject(new Refused("http.503", "", 503)) };
    let now: CallSide | null = first.told;
    const both = beside(mine.told, () => now);
    expect(await ids(both)).toEqual([8, 7]);

    now = down;
    expect(await ids(both)).toEqual([7]);
    now = null;
    expect(await ids(both)).toEqual([7]);
  });

  it("fail where one's own do, whatever comes of the ward's", async () => {
    const down: CallSide = { ...side(7).told, all: async () => Promise.reject(new Refused("http.503", "", 503)) };

    await expect(ids(beside(down, () => side(8).told))).rejects.toThrow(Refused);
  });
});
