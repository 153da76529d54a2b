import { expect, it } from "vitest";
import { firstPage, livesHere, MY, TABS } from "@/resident/tabs";

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

it("has five tabs at most, and no two pages of one name", () => {
  const names = MY.map(({ name }) => name);

  expect(TABS.length).toBeLessThanOrEqual(5);
  expect(new Set(names).size).toBe(names.length);
});
