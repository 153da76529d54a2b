/** The plan on paper: degrees become metres east and south of its corner. */
import type { PlanShape, PlanSpot } from "@linli/api";

const RAD = Math.PI / 180;
const METRES = 111_195;
/** So much of the longer side is left free on each side, for marks that stand at the edge. */
const EDGE = 0.07;
/** Marks that would be closer than this on a telephone are moved apart, up or down; the name of one's own house is wider. */
const APART_PX = { x: 52, name: 76, y: 35 };
/** So far above the middle of the house stands its name. */
const NAME_PX = 22;
const PHONE_PX = 340;

type Point = readonly [number, number];

export interface Outline {
  path: string;
  middle: Point;
  shape: PlanShape;
}
/** Metres from the upper left corner; `x` and `y` of a spot are shares of width and height. */
export interface Sheet {
  width: number;
  height: number;
  outlines: Outline[];
  spots: { spot: PlanSpot; x: number; y: number }[];
}

/** Return the rings of a polygon or of several; none of anything else. */
function rings(geometry: Record<string, unknown>): Point[][] {
  const at = geometry.coordinates as Point[][] & Point[][][];
  if (geometry.type === "Polygon") return at;
  return geometry.type === "MultiPolygon" ? (at as unknown as Point[][][]).flat() : [];
}

/** Lay out what has a place; null where nothing has. */
export function lay(shapes: readonly PlanShape[], spots: readonly PlanSpot[]): Sheet | null {
  const drawn = shapes.map((shape) => ({ shape, rings: rings(shape.geometry) })).filter((one) => one.rings.length);
  const placed = spots.flatMap((spot) => (spot.position ? [{ spot, at: spot.position as unknown as Point }] : []));
  const all = [...drawn.flatMap((one) => one.rings.flat()), ...placed.map(({ at }) => at)];
  if (!all.length) return null;
  const [east, north] = [all.map(([x]) => x), all.map(([, y]) => y)];
  const [west, top] = [Math.min(...east), Math.max(...north)];
  const across = METRES * Math.cos(top * RAD);
  const sides = [(Math.max(...east) - west) * across, (top - Math.min(...north)) * METRES] as const;
  const edge = Math.max(10, EDGE * Math.max(...sides));
  const put = ([x, y]: Point): Point => [(x - west) * across + edge, (top - y) * METRES + edge];
  const [width, height] = [sides[0] + 2 * edge, sides[1] + 2 * edge];
  return {
    width,
    height,
    outlines: drawn.map(({ shape, rings: parts }) => ({ shape, path: parts.map((ring) => `M${ring.map((point) => put(point).map((n) => n.toFixed(1)).join(" ")).join("L")}Z`).join(""), middle: middle(parts[0]!.map(put)) })),
    spots: placed.map(({ spot, at }) => ({ spot, x: put(at)[0] / width, y: put(at)[1] / height })),
  };
}

function middle(points: readonly Point[]): Point {
  const [x, y] = [points.map(([one]) => one), points.map(([, one]) => one)];
  return [(Math.min(...x) + Math.max(...x)) / 2, (Math.min(...y) + Math.max(...y)) / 2];
}

/** Move marks that would lie on one another, on a sheet that is drawn `scale` times as wide as a telephone; gates and help stay where they are. */
export function spread(sheet: Sheet, scale: number): Sheet["spots"] {
  const wide = PHONE_PX * scale;
  const high = (wide * sheet.height) / sheet.width;
  const own = sheet.outlines.filter(({ shape }) => shape.own);
  const taken = own.map(({ middle: [x, y] }) => ({ x: x / sheet.width, y: y / sheet.height - NAME_PX / high, apart: APART_PX.name }));
  return [...sheet.spots]
    .sort((one, other) => Number(one.spot.free !== null) - Number(other.spot.free !== null))
    .map((one) => {
      const free = (y: number) => y > 0.02 && y < 0.98 && !taken.some((other) => Math.abs(other.x - one.x) * wide < other.apart && Math.abs(other.y - y) * high < APART_PX.y);
      const steps = Array.from({ length: 40 }, (_, n) => one.y + ((n % 2 ? -1 : 1) * Math.ceil(n / 2) * 6) / high);
      const y = steps.find(free) ?? one.y;
      taken.push({ x: one.x, y, apart: APART_PX.x });
      return { ...one, y };
    });
}
