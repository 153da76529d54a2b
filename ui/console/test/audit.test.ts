import { describe, expect, it } from "vitest";
import type { AuditLine } from "@linli/api";
import { hasChain, leadsTo, nobody } from "../src/audit/line";
import { CODE, KEY } from "../src/exchange/rules";

const line = (said: Partial<AuditLine>): AuditLine => ({
  id: 1,
  at: "2026-06-01T04:00:00.000000+00:00",
  account: 3,
  who: "desk",
  name: "小李",
  program: "",
  act: "write",
  title: { zh: "", en: "" },
  what: "CaseMoved:31",
  purpose: "",
  purpose_name: null,
  place: "",
  cause: "f1",
  words: '{"case":31,"place":"hml/b03"}',
  number: 1,
  digest: "d",
  ...said,
});
const all = () => true;

describe("what a line of the trail leads to", () => {
  it("is the case that it moved, and no page that the reader may not see", () => {
    expect(leadsTo(line({}), all)).toEqual({ name: "case", params: { id: "31" } });
    expect(leadsTo(line({}), (permission) => permission !== "cases.read")).toBeNull();
  });

  it("is the list of a person for who may read the register of people, and nothing for an auditor", () => {
    const look = line({ act: "look", what: "person:12", words: "", cause: "" });
    expect(leadsTo(look, all)).toEqual({ name: "list", params: { kind: "people" } });
    expect(leadsTo(look, (permission) => permission === "audit.read")).toBeNull();
  });

  it.each(['{"case":', "PUT /api/v1/hml/me", "{}", '{"case":""}'])("is nothing where %s says nothing of it", (words) => {
    expect(leadsTo(line({ what: "PUT /{community}/me", words }), all)).toBeNull();
  });

  it("was done by itself where nobody did it, and at the machine only what is done there", () => {
    expect(nobody(line({ what: "CommandRequested:b1", account: 0, who: "" }))).toBe("audit.byItself");
    expect(nobody(line({ what: "audit.accepted", account: 0, who: "" }))).toBe("audit.terminal");
    expect(nobody(line({ act: "refusal", account: 0, who: "" }))).toBe("audit.nobody");
  });

  it("has a chain where a fact made it", () => {
    expect(hasChain(line({}))).toBe(true);
    expect(hasChain(line({ cause: "" }))).toBe(false);
    expect(hasChain(line({ act: "look", cause: "x" }))).toBe(false);
  });
});

describe("what is typed for a department", () => {
  it("is a code and a key as the API takes them", () => {
    expect(["hotline", "h-1_a", "Hotline", "-h", "", "x".repeat(33)].map((code) => CODE.test(code))).toEqual([true, true, false, false, false, false]);
    expect(["0".repeat(64), "0".repeat(63), "G".repeat(64), "A".repeat(64)].map((key) => KEY.test(key))).toEqual([true, false, false, false]);
  });
});
