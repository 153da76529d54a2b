import { describe, expect, it } from "vitest";
import type { Device, DeviceEntry, LineState, Option } from "@linli/api";
import { Refused } from "@linli/api";
import { allStaged, staged, usual } from "@/campaigns/stages";
import { asText, fields, gist, grouped, isBad } from "@/devices/frames";
import { useChoice } from "@/fleet/choice";
import { asCode, proposedCode } from "@/fleet/codes";
import { tree } from "@/fleet/lines";
import { filled, formOf, MASKED, optionsOf, taken } from "@/fleet/options";
import { fieldOf } from "@/fleet/refused";
import { conditionOf, count, PLAIN, sift } from "@/fleet/sift";
import { changes } from "@/fleet/useDeviceForm";
import { speak } from "@/use/language";

const NOW = Date.parse("2026-11-21T09:00:00Z");
const device = (code: string, more: Partial<Device> = {}) =>
  ({ code, enabled: true, online: true, driver: "", gateway: null, maintenance_until: null, ...more }) as Device;

describe("how a device fares", () => {
  it.each([
    [{}, "online"],
    [{ online: false }, "offline"],
    [{ online: false, maintenance_until: "2026-11-21T10:00:00Z" }, "maintenance"],
    [{ maintenance_until: "2026-11-21T08:59:59Z" }, "online"],
    [{ enabled: false, maintenance_until: "2026-11-21T10:00:00Z" }, "disabled"],
  ] as [Partial<Device>, string][])("%o is %s", (more, wanted) => {
    expect(conditionOf(device("a", more), NOW)).toBe(wanted);
  });

  const all = [device("a"), device("b", { online: false, driver: "modbus" }), device("c", { enabled: false }), device("d", { driver: "modbus" })];
  const scores = new Map([["a", 40], ["d", 60]]);

  it("counts each device once, and the poor beside", () => {
    expect(count(all, "", scores, NOW)).toEqual({ all: 4, online: 2, offline: 1, maintenance: 0, disabled: 1, poor: 1 });
  });

  it.each([
    [{ state: "", driver: "" }, "abcd"],
    [{ state: "online", driver: "" }, "ad"],
    [{ state: "poor", driver: "" }, "a"],
    [{ state: "", driver: "modbus" }, "bd"],
    [{ state: "offline", driver: "modbus" }, "b"],
    [{ state: "", driver: PLAIN }, "ac"],
  ])("%o keeps %s", (sieve, wanted) => {
    expect(sift(all, sieve, scores, NOW).map((one) => one.code).join("")).toBe(wanted);
  });
});

describe("choosing rows", () => {
  const listed = ["a", "b", "c", "d"];

  it("chooses a stretch from the last one, either way", () => {
    const choice = useChoice();

    choice.turn("d", listed, false);
    choice.turn("b", listed, true);

    expect([...choice.chosen.value].sort()).toEqual(["b", "c", "d"]);
  });

  it("lets one go again, and keeps what is out of sight when all that is listed is chosen", () => {
    const choice = useChoice();

    choice.turn("z", ["z"], false);
    choice.all(listed);
    choice.turn("a", listed, false);

    expect([...choice.chosen.value].sort()).toEqual(["b", "c", "d", "z"]);
  });

  it("takes only the row itself when the last one is not listed any more", () => {
    const choice = useChoice();

    choice.turn("gone", ["gone"], false);
    choice.turn("b", listed, true);

    expect(choice.chosen.value.has("a")).toBe(false);
  });
});

describe("the tree of lines", () => {
  const state = (line: string, trouble = ""): LineState => ({ line, driver: "modbus", members: 1, up: true, port: 0, trouble });
  const all = [
    device("line", { driver: "modbus" }),
    device("panel", { gateway: "line", driver: "modbus" }),
    device("part", { gateway: "panel", online: false }),
    device("out", { gateway: "panel", online: false, enabled: false }),
    device("alone"),
    device("other", { driver: "knx" }),
  ];

  it("counts all below, and as lost only those in use", () => {
    const [top] = tree(all, []);

    expect([top?.device.code, top?.below, top?.lost]).toEqual(["line", 3, 1]);
    expect(top?.children[0]?.children.map((one) => one.device.code)).toEqual(["part", "out"]);
  });

  it("leaves out who stands alone, and puts trouble first", () => {
    const found = tree(all, [state("other", "refused")]);

    expect(found.map((one) => one.device.code)).toEqual(["other", "line"]);
  });

  it("ends where gateways go in a circle, and shows who is behind one that cannot be seen", () => {
    const circle = [device("a", { gateway: "b" }), device("b", { gateway: "a" }), device("c", { gateway: "unseen", driver: "modbus" })];

    expect(tree(circle, []).map((one) => one.device.code)).toEqual(["c"]);
  });
});

describe("options of a protocol", () => {
  const option = (name: string, type: string, more: Partial<Option> = {}): Option => ({ name, type, required: false, secret: false, ...more });

  it.each([["str", "text"], ["Literal", "text"], ["int | None", "whole"], ["float", "number"], ["bool", "yesno"], ["dict", "json"], ["tuple", "json"]])("%s is filled in as %s", (type, form) => {
    expect(formOf({ type })).toBe(form);
  });

  it("sends what was filled in with its type, and leaves out what was not", () => {
    const options = [option("a", "int"), option("b", "bool"), option("c", "dict"), option("d", "str"), option("e", "float | None")];

    expect(taken(options, { a: "3", b: "false", c: '{"x": 1}', d: " ", e: "2.5", map: "t" })).toEqual({ options: { map: "t", a: 3, b: false, c: { x: 1 }, e: 2.5 }, wrong: [] });
  });

  it("names what is missing or cannot be read", () => {
    const options = [option("a", "int"), option("c", "dict"), option("d", "str", { required: true })];

    expect(taken(options, { a: "3.5", c: "{" }).wrong).toEqual(["a", "c", "d"]);
  });

  it("sends a secret that was left alone back as it came", () => {
    const options = [option("password", "str", { secret: true })];

    const texts = filled(options, { password: MASKED });

    expect(taken(options, texts).options).toEqual({ password: MASKED });
  });

  it("asks a device behind one of the same protocol for a member's options", () => {
    const protocol = { name: "modbus", words: { zh: "", en: "" }, line: [option("listen", "str")], member: [option("shift", "int")], maps: [], pushes: false, runs: true };

    expect(optionsOf(protocol, "modbus")).toBe(protocol.member);
    expect(optionsOf(protocol, "")).toBe(protocol.line);
    expect(optionsOf(undefined, "modbus")).toEqual([]);
  });

  it.each([
    ["drivers.bad_options", { why: "password has 6 digits" }, "option.password"],
    ["drivers.bad_options", { why: "Expected `int`, got `str` - at `$.wake`" }, "option.wake"],
    ["drivers.bad_options", { why: "something else" }, ""],
    ["devices.code_taken", {}, "code"],
    ["drivers.no_address", {}, "address"],
    ["cases.other", {}, ""],
  ])("%s %o belongs to the field %s", (key, values, wanted) => {
    expect(fieldOf(new Refused(key, "", 422, values), ["password", "wake"])).toBe(wanted);
  });
});

describe("a device's form", () => {
  const entry = (more: Partial<DeviceEntry> = {}): DeviceEntry => ({ code: "a", model: "m", name: { zh: "甲", en: "" }, place: "p", gateway: null, serial: "", installed_on: null, driver: "modbus", address: "1", options: { password: MASKED }, ...more });

  it("sends only what was changed", () => {
    expect(changes(entry(), entry({ name: { zh: "乙", en: "" }, gateway: "g" }))).toEqual({ name: { zh: "乙", en: "" }, gateway: "g" });
    expect(changes(entry(), entry())).toEqual({});
  });

  it("proposes a code that can stand in a topic", () => {
    expect(asCode(" AB_12/柜 ")).toBe("ab-12");
    expect(asCode("柜")).toBe("");
    expect(proposedCode({ serial: "", line: "fire-line", address: "77/1.1.40.9" })).toBe("fire-line-77-1-1-40-9");
  });
});

describe("a raw frame", () => {
  const frame = (decoded: Record<string, unknown>) => ({ at: "2026-11-21T09:00:00Z", way: "in" as const, size: 3, data: "68 01 16", decoded });

  it("shows bytes in groups of eight", () => {
    expect(grouped("01 02 03 04 05 06 07 08 09")).toEqual(["01 02 03 04 05 06 07 08", "09"]);
    expect(grouped("")).toEqual([]);
  });

  it("puts a code and its name together, and takes parts as a tree", () => {
    speak("zh");

    const found = fields({ cmd: 2, cmd_name: { zh: "发送", en: "send" }, flags: ["a", "b"], items: [{ value: 1 }], none: null });

    expect(found.map((one) => [one.key, one.text])).toEqual([["cmd", "2 发送"], ["flags", "a, b"], ["items", ""], ["none", "—"]]);
    expect(found[2]?.parts[0]?.parts[0]).toMatchObject({ key: "value", text: "1" });
  });

  it("says its error first", () => {
    const bad = frame({ error: "checksum 00 != B7", cmd: 1 });

    expect([isBad(bad), gist(bad), fields(bad.decoded)[0]?.bad]).toEqual([true, "checksum 00 != B7", true]);
    expect(gist(frame({}))).toBe("");
    expect(asText(bad)).toContain("68 01 16");
  });
});

describe("stages of a campaign", () => {
  it("are one device, a twentieth, a quarter, all, unless somebody says otherwise", () => {
    expect(allStaged(usual())).toEqual([
      { devices: 1, share_pct: null, wait_s: 600, most_failures: 0 },
      { devices: null, share_pct: 5, wait_s: 3600, most_failures: 1 },
      { devices: null, share_pct: 25, wait_s: 3600, most_failures: 3 },
      { devices: null, share_pct: 100, wait_s: 0, most_failures: 10 },
    ]);
  });

  it.each([
    { upTo: "0" }, { upTo: "101" }, { upTo: "1.5", of: "devices" as const }, { upTo: "x" }, { waitMin: "" }, { failures: "-1" },
  ])("cannot be %o", (more) => {
    expect(staged({ upTo: "5", of: "share", waitMin: "0", failures: "0", ...more })).toBeNull();
    expect(allStaged([])).toBeNull();
  });
});
