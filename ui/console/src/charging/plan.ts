/** Where places stand to each other, as a sketch of columns and rows that never lie over one another. */
import type { ChargingPlace } from "@linli/api";

export interface Cell {
  place: ChargingPlace;
  /** From 1, along the longer side, the western end first. */
  column: number;
  row: number;
}

const M_PER_DEGREE = 111_320;
/** Nearer than this along the row, two stand opposite each other; nearer than this across it, in one row. */
const ALONG_M = 0.6;
const ACROSS_M = 1.5;

interface Point {
  place: ChargingPlace;
  x: number;
  y: number;
}

/** Return each place whose position is known in its column and row; the site is turned so that its longer side lies flat. */
export function sketch(places: readonly ChargingPlace[]): Cell[] {
  const turned = flat(metres(places));
  const columns = ranks(turned.map(({ x }) => x), ALONG_M);
  const rows = ranks(turned.map(({ y }) => -y), ACROSS_M);
  const taken = new Set<string>();
  return turned
    .map(({ place }, n) => ({ place, column: (columns[n] ?? 0) + 1, row: (rows[n] ?? 0) + 1 }))
    .sort((one, other) => one.column - other.column || one.row - other.row)
    .map((cell) => {
      let { column } = cell;
      while (taken.has(`${column} ${cell.row}`)) column += 1;
      taken.add(`${column} ${cell.row}`);
      return { ...cell, column };
    });
}

function metres(places: readonly ChargingPlace[]): Point[] {
  const known = places.flatMap((place) => (place.position ? [{ place, at: place.position as [number, number] }] : []));
  const narrow = Math.cos(((known[0]?.at[1] ?? 0) * Math.PI) / 180);
  const [lon, lat] = [mean(known.map(({ at }) => at[0])), mean(known.map(({ at }) => at[1]))];
  return known.map(({ place, at }) => ({ place, x: (at[0] - lon) * M_PER_DEGREE * narrow, y: (at[1] - lat) * M_PER_DEGREE }));
}

/** Turn them by the angle at which they are spread most. */
function flat(points: Point[]): Point[] {
  const [xx, yy, xy] = [mean(points.map(({ x }) => x * x)), mean(points.map(({ y }) => y * y)), mean(points.map(({ x, y }) => x * y))];
  const angle = Math.atan2(2 * xy, xx - yy) / 2;
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  return points.map(({ place, x, y }) => ({ place, x: x * cos + y * sin, y: y * cos - x * sin }));
}

/** Return the rank of each figure; figures nearer to each other than `near` have one. */
function ranks(figures: number[], near: number): number[] {
  const order = figures.map((figure, n) => ({ figure, n })).sort((one, other) => one.figure - other.figure);
  const found = new Array<number>(figures.length).fill(0);
  let [rank, from] = [0, order[0]?.figure ?? 0];
  for (const { figure, n } of order) {
    if (figure - from > near) [rank, from] = [rank + 1, figure];
    found[n] = rank;
  }
  return found;
}

const mean = (figures: number[]) => (figures.length ? figures.reduce((sum, one) => sum + one, 0) / figures.length : 0);
