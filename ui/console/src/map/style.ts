/** How the community is drawn. Everything comes from the register; nothing is fetched from outside. */
import { token } from "@linli/tokens";
import type { ExpressionSpecification, LayerSpecification, StyleSpecification } from "maplibre-gl";

const EMPTY = { type: "FeatureCollection" as const, features: [] };
const kind = (...names: string[]): ExpressionSpecification => ["in", ["get", "kind"], ["literal", names]];
const chosen: ExpressionSpecification = ["boolean", ["feature-state", "chosen"], false];
const pick = (on: string, off: string): ExpressionSpecification => ["case", chosen, on, off];

function ground(): LayerSpecification[] {
  const line = token("line-strong");
  return [
    { id: "back", type: "background", paint: { "background-color": token("ground") } },
    { id: "estate", type: "fill", source: "places", filter: kind("estate"), paint: { "fill-color": token("surface") } },
    {
      id: "zones",
      type: "fill",
      source: "places",
      filter: kind("zone", "garage", "gate"),
      paint: { "fill-color": pick(token("brand"), token("sunken")), "fill-opacity": 0.7 },
    },
    { id: "edges", type: "line", source: "places", filter: kind("estate", "zone", "garage", "gate"), paint: { "line-color": line, "line-width": 0.8 } },
  ];
}

function houses(solid: boolean): LayerSpecification[] {
  const filter = kind("building", "public_room", "office");
  const colour = pick(token("brand"), token("building"));
  if (!solid) {
    return [
      { id: "buildings", type: "fill", source: "places", filter, paint: { "fill-color": colour } },
      { id: "walls", type: "line", source: "places", filter, paint: { "line-color": token("line-strong"), "line-width": 1 } },
    ];
  }
  return [
    {
      id: "buildings",
      type: "fill-extrusion",
      source: "places",
      filter,
      paint: {
        "fill-extrusion-color": colour,
        "fill-extrusion-base": ["coalesce", ["get", "base_m"], 0],
        "fill-extrusion-height": ["coalesce", ["get", "height_m"], 3],
        "fill-extrusion-opacity": 0.85,
      },
    },
  ];
}

function spots(id: string, size: number, offset: [number, number] = [0, 0]): LayerSpecification {
  return {
    id,
    type: "symbol",
    source: id,
    layout: {
      "icon-image": ["get", "icon"],
      "icon-size": ["interpolate", ["linear"], ["zoom"], 15, size * 0.45, 17, size * 0.7, 19, size],
      "icon-offset": offset,
      "icon-allow-overlap": true,
      "symbol-sort-key": ["match", ["get", "icon"], "critical", 5, "major", 4, "minor", 3, "info", 2, "offline", 1, 0],
    },
  };
}

/** Return the whole style; `solid` raises the buildings. */
export function mapStyle(solid: boolean): StyleSpecification {
  return {
    version: 8,
    sources: {
      places: { type: "geojson", data: EMPTY, promoteId: "path" },
      devices: { type: "geojson", data: EMPTY },
      alarms: { type: "geojson", data: EMPTY },
      cases: { type: "geojson", data: EMPTY },
    },
    layers: [...ground(), ...houses(solid), spots("devices", 0.7), spots("cases", 0.9, [22, 0]), spots("alarms", 1.7)],
    transition: { duration: 0, delay: 0 },
  };
}
