import { beforeEach, describe, expect, it, vi } from "vitest";
import { myCalls, myDoors, privacy, speakFor } from "@linli/api";
import { actFor, community, enterCommunity, mayOneself, permissions, user } from "@/use/session";

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

  it("ends with the community", () => {
    actFor(WARD);
    enterCommunity("qhy");
    expect(permissions.value.has("visits.own")).toBe(false);
  });
});
