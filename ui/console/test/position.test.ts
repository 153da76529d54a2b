/** Where staff are is told seldom, only while it is wanted, and what the server answers is shown. */
import { beforeEach, describe, expect, it, vi } from "vitest";
import { Refused, staff } from "@linli/api";
import { apart_m, due, EVERY_MS, resume, start, STILL_MS, stop, telling } from "@/use/position";

const here = { longitude_deg: 120.15, latitude_deg: 30.28 };
const spot = (metres_north: number) => ({ longitude_deg: 120.15, latitude_deg: 30.28 + metres_north / 111_195 });
let seen: (where: { coords: { longitude: number; latitude: number } }) => void;
let failed: (error: { code: number; PERMISSION_DENIED: number }) => void;
const cleared = vi.fn();
const put = vi.spyOn(staff, "tellPosition");
const move = async (metres: number) => {
  seen({ coords: { longitude: 120.15, latitude: spot(metres).latitude_deg } });
  await Promise.resolve();
  await Promise.resolve();
};

beforeEach(() => {
  stop();
  put.mockReset().mockResolvedValue(undefined);
  cleared.mockReset();
  vi.useFakeTimers({ now: 1_000_000 });
  vi.stubGlobal("navigator", {
    geolocation: {
      watchPosition: (ok: typeof seen, no: typeof failed) => ((seen = ok), (failed = no), 7),
      clearWatch: cleared,
    },
  });
});

describe("how often", () => {
  it("measures metres either way", () => {
    expect(apart_m(here, spot(100))).toBeCloseTo(100, 1);
    expect(apart_m(here, { ...here, longitude_deg: 120.151 })).toBeCloseTo(96, 0);
  });

  it.each([
    [EVERY_MS - 1, 500, false],
    [EVERY_MS, 500, true],
    [EVERY_MS, 5, false],
    [STILL_MS, 0, true],
  ])("after %i ms and %i m: %s", (since, metres, wanted) => {
    expect(due({ ...here, at: 0 }, spot(metres), since)).toBe(wanted);
  });
});

describe("telling", () => {
  it("tells the first place at once, and the next when it is time", async () => {
    start();
    await move(0);
    await move(500);
    vi.setSystemTime(1_000_000 + EVERY_MS);
    await move(500);

    expect(telling.value).toBe("told");
    expect(put).toHaveBeenCalledTimes(2);
  });

  it("rests off duty and goes on after", async () => {
    put.mockRejectedValueOnce(new Refused("people.not_on_duty", "", 409));
    start();
    await move(0);
    expect(telling.value).toBe("resting");

    vi.setSystemTime(1_000_000 + STILL_MS);
    await move(0);
    expect(telling.value).toBe("told");
  });

  it("ends where consent was withdrawn, and does not begin by itself again", async () => {
    put.mockRejectedValueOnce(new Refused("people.position_not_agreed", "", 409));
    start();
    await move(0);

    expect(telling.value).toBe("refused");
    expect(cleared).toHaveBeenCalledWith(7);
    resume();
    expect(telling.value).toBe("refused");
  });

  it("says that the telephone does not allow it", () => {
    start();
    failed({ code: 1, PERMISSION_DENIED: 1 });

    expect(telling.value).toBe("denied");
  });

  it("goes on after a reload, and not after it was switched off", () => {
    start();
    resume();
    expect(telling.value).toBe("asking");
    stop();
    resume();
    expect(telling.value).toBe("off");
  });
});
