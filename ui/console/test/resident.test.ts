import { expect, it } from "vitest";
import { firstPage, hisPage, livesHere, MY, TABS } from "@/resident/tabs";

it.each([
  [["resident"], true],
  [["household_head", "proxy_helper"], true],
  [["resident", "guard"], false],
  [[], false],
  [undefined, false],
])("whoever has the roles %j begins on his own pages: %s", (roles, begins) => {
  expect(livesHere(roles as string[] | undefined)).toBe(begins);
});

const LIVES = ["doors.own", "visits.own", "parking.own"];
it.each([
  [["merchant"], [...LIVES, "parking.coupon"], "my-car-coupons"],
  [["merchant", "household_head"], [...LIVES, "parking.coupon"], "my-doors"],
  [["merchant"], LIVES, "my-doors"],
  [["resident"], LIVES, "my-doors"],
  [["guardian"], ["privacy.own"], "my-me"],
  [[], LIVES, "my-doors"],
])("whoever has the roles %j and may %j begins at its page", (roles, holds, begins) => {
  const page = firstPage(roles, (permission) => holds.includes(permission));

  expect(page).toBe(begins);
  expect(MY.map(({ name }) => name)).toContain(page);
});

it.each([
  [["resident"], "case", { id: "7" }, { name: "my-cases-id", params: { id: "7" } }],
  [["household_head", "merchant"], "sos", { id: "3" }, { name: "my-help" }],
  [["resident"], "sos", {}, { name: "my-help" }],
  [["resident"], "privacy", {}, null],
  [["resident", "guard"], "case", { id: "7" }, null],
  [["guard"], "case", { id: "7" }, null],
  [undefined, "case", { id: "7" }, null],
])("a link of the console leads whoever has the roles %j, from %s, to a page that he has", (roles, name, params, leads) => {
  const found = hisPage(name, { community: "hml", ...params }, roles);

  expect(found).toEqual(leads);
  expect([undefined, ...MY.map((page) => page.name)]).toContain((found as { name: string } | null)?.name);
});

it("has five tabs at most, and no two pages of one name", () => {
  const names = MY.map(({ name }) => name);

  expect(TABS.length).toBeLessThanOrEqual(5);
  expect(new Set(names).size).toBe(names.length);
});
