/** The residents' plan as it is laid on paper. */
import { expect, test } from "vitest";
import type { PlanShape, PlanSpot } from "@linli/api";
import { lay, spread } from "@/resident/plan/sheet";

const square = [[120, 30], [120.001, 30], [120.001, 30.001], [120, 30.001], [120, 30]];
const shape = (geometry: object) => ({ kind: "building", name: { zh: "3号楼", en: "3" }, geometry, own: true }) as unknown as PlanShape;
const spot = (position: [number, number] | null) => ({ kind: "gate", code: "", name: { zh: "南门", en: "" }, position }) as unknown as PlanSpot;

test("north is up, east is right, and nothing lies beyond the edge", () => {
  const sheet = lay([shape({ type: "Polygon", coordinates: [square] })], [spot([120, 30.001]), spot([120.001, 30])])!;

  const [northWest, southEast] = sheet.spots;
  expect(northWest!.x).toBeLessThan(southEast!.x);
  expect(northWest!.y).toBeLessThan(southEast!.y);
  expect([northWest!.x, northWest!.y, 1 - southEast!.x, 1 - southEast!.y].every((share) => share > 0)).toBe(true);
  expect(sheet.height / sheet.width).toBeCloseTo(1.13, 1); // A degree of longitude is shorter there.
});

test("what has no place is not drawn, and an estate without any has no sheet", () => {
  expect(lay([], [spot(null)])).toBeNull();
  expect(lay([shape({ type: "Point", coordinates: [120, 30] })], [])).toBeNull();
  expect(lay([shape({ type: "MultiPolygon", coordinates: [[square], [square]] })], [spot(null)])!.outlines[0]!.path.match(/M/g)).toHaveLength(2);
});

test("marks of one place stand apart from each other and from the name of one's own house", () => {
  const sheet = lay([shape({ type: "Polygon", coordinates: [square] })], Array.from({ length: 3 }, () => spot([120.0005, 30.0009])))!;

  const at = spread(sheet, 1).map(({ y }) => y);
  expect(new Set(at).size).toBe(3);
  expect(at.every((y) => y > 0 && y < 1)).toBe(true);
});
