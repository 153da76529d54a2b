/** Geometry of the register made into what MapLibre draws. */
import type { Alarm, Case, Device, MapFeature } from "@linli/api";
import { outranks, type Severity } from "@linli/tokens";

export type LngLat = [number, number];
type Ring = LngLat[];

export interface Spot {
  at: LngLat;
  properties: Record<string, string | number>;
}

function rings(feature: MapFeature): Ring[] {
  const { type, coordinates } = feature.geometry;
  if (type === "Polygon") return coordinates as Ring[];
  if (type === "MultiPolygon") return (coordinates as Ring[][]).flat();
  if (type === "Point") return [[coordinates as LngLat]];
  return type === "LineString" ? [coordinates as Ring] : [];
}

/** Return the south-western and north-eastern corners of some features; null where there are none. */
export function bounds(features: MapFeature[]): [LngLat, LngLat] | null {
  const all = features.flatMap(rings).flat();
  if (!all.length) return null;
  const lng = all.map(([x]) => x);
  const lat = all.map(([, y]) => y);
  return [
    [Math.min(...lng), Math.min(...lat)],
    [Math.max(...lng), Math.max(...lat)],
  ];
}

export function centre(feature: MapFeature): LngLat {
  const [low, high] = bounds([feature]) ?? [[0, 0], [0, 0]];
  return [(low[0] + high[0]) / 2, (low[1] + high[1]) / 2];
}

/** Return the features that a place stands in, the nearest first: a room may be drawn by its building. */
export function around(path: string, byPath: Map<string, MapFeature>): MapFeature | undefined {
  for (let at = path; at; at = at.slice(0, Math.max(0, at.lastIndexOf("/")))) {
    const found = byPath.get(at);
    if (found && found.properties.kind !== "estate") return found;
  }
  return undefined;
}

/** Return where devices stand, and whether they are on line. */
export function deviceSpots(devices: Device[]): Spot[] {
  return devices.flatMap((device) =>
    device.position ? [{ at: device.position, properties: { code: device.code, icon: device.online ? "online" : "offline" } }] : [],
  );
}

/** Return where alarms and cases are drawn: at their device where it has a position, else amid their place. */
export function troubleSpots(
  items: (Alarm | Case)[],
  icon: (item: Alarm | Case) => string,
  byPath: Map<string, MapFeature>,
  positions: Map<string, LngLat>,
): Spot[] {
  return items.flatMap((item) => {
    const device = "device" in item && item.device ? positions.get(item.device) : undefined;
    const feature = around(item.place, byPath);
    const at = device ?? (feature && centre(feature));
    return at ? [{ at, properties: { id: item.id, icon: icon(item) } }] : [];
  });
}

/** Return the gravest alarm of every place that has one in it. */
export function gravestByPlace(alarms: Alarm[]): Map<string, Severity> {
  const out = new Map<string, Severity>();
  for (const { place, severity } of alarms) {
    for (let at = place; at; at = at.slice(0, Math.max(0, at.lastIndexOf("/")))) {
      const known = out.get(at);
      if (!known || outranks(severity, known)) out.set(at, severity);
    }
  }
  return out;
}

export function collection(spots: Spot[]) {
  return {
    type: "FeatureCollection" as const,
    features: spots.map(({ at, properties }) => ({
      type: "Feature" as const,
      geometry: { type: "Point" as const, coordinates: at },
      properties,
    })),
  };
}
