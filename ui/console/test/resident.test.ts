import { expect, it } from "vitest";
import { livesHere, MY, TABS } from "@/resident/tabs";

it.each([
  [["resident"], true],
  [["household_head", "proxy_helper"], true],
  [["resident", "guard"], false],
  [[], false],
  [undefined, false],
])("whoever has the roles %j begins on his own pages: %s", (roles, begins) => {
  expect(livesHere(roles as string[] | undefined)).toBe(begins);
});

it("has five tabs at most, and no two pages of one name", () => {
  const names = MY.map(({ name }) => name);

  expect(TABS.length).toBeLessThanOrEqual(5);
  expect(new Set(names).size).toBe(names.length);
});
