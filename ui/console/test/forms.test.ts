import { describe, expect, it } from "vitest";
import { LISTS, Refused } from "@linli/api";
import { FIELDS, options } from "@/register/fields";
import { begin, saying, wrongs } from "@/register/said";
import { speak } from "@/use/language";
import { isKey } from "@/words";

const PEOPLE = FIELDS.people;
const blank = () => begin(PEOPLE, null);

describe("a form of the register", () => {
  it("of a new thing says what was filled in, and what must be", () => {
    expect(saying(PEOPLE, blank(), { ...blank(), phone: " 13800138000 " }, true)).toEqual({ name: "", phone: "13800138000" });
  });

  it("of an old thing says only what was altered, and never a number that nobody touched", () => {
    const before = { ...begin(PEOPLE, { id: 1, name: "段亮斌", code: "p1", phone: "199****0001" }), phone: "", id_number: "" };

    expect(saying(PEOPLE, before, { ...before, name: "段亮" }, false)).toEqual({ name: "段亮" });
    expect(saying(PEOPLE, before, before, false)).toEqual({});
  });

  it("says of an emptied day or reference that there is none", () => {
    const before = begin(FIELDS.vehicles, { id: 1, plate: "京A12345", owner: "p1", model: "x" });

    expect(saying(FIELDS.vehicles, before, { ...before, owner: "", model: "" }, false)).toEqual({ owner: null, model: "" });
  });

  it("never alters what names a thing", () => {
    const before = begin(FIELDS.vehicles, { id: 1, plate: "京A12345" });

    expect(saying(FIELDS.vehicles, before, { ...before, plate: "京A99999" }, false)).toEqual({});
  });

  it("keeps a choice that is not in its book", () => {
    const kind = FIELDS.equipment.find((field) => field.key === "kind")!;

    expect(options(kind, "robot").map((one) => one.value)).toContain("robot");
  });

  it.each(LISTS.flatMap((kind) => FIELDS[kind].map((field) => [kind, field.word])))("%s has words for %s", (_kind, word) => {
    expect(isKey(word)).toBe(true);
  });
});

describe("a refusal", () => {
  const said = (values: Record<string, unknown>, key = "people.refused") => wrongs(new Refused(key, "not so", 422, values), ["phone", "code"]);

  it("is said at the fields that it concerns, in the language of the screens", () => {
    speak("en");

    expect(said({ problems: [{ field: "phone", message: { zh: "不是", en: "Not one" } }] })).toEqual({ phone: "Not one" });
  });

  it("is said at a field of a form that could not be read", () => {
    expect(said({ fields: [{ field: "body.body.phone", reason: "x" }] }, "web.bad_request")).toEqual({ phone: "not so" });
  });

  it("is said above the form where no field is to blame", () => {
    expect(said({}, "people.already_there")).toEqual({ "": "not so" });
    expect(said({ problems: [{ field: "elsewhere", message: { zh: "甲", en: "A" } }] })).toEqual({ "": "A" });
  });

  it("of a place is said at its code", () => {
    expect(said({}, "places.exists")).toEqual({ code: "not so" });
  });
});
