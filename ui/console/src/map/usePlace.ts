/** A place with what is directly in it. */
import { register, type Place } from "@linli/api";
import { community } from "@/use/session";

/** What people look for next, below a place of each kind. */
const NEXT: Record<string, string[]> = {
  estate: ["zone", "building", "garage", "gate", "office", "public_room"],
  building: ["unit", "floor", "public_room", "lift"],
  garage: ["zone", "floor", "public_room", "gate"],
  zone: ["building", "gate", "garage", "public_room"],
  unit: ["floor", "lift", "public_room"],
  floor: ["room", "public_room", "zone"],
};

async function ofKind(under: string, kind: string): Promise<Place[]> {
  const { items } = await register.places(community.value, { under, kind });
  return items.filter((place) => place.path !== under);
}

/** Return the places to choose from next; of a unit its floors' rooms as well, for they are few. */
export async function inside(place: Place): Promise<Place[]> {
  if (place.kind === "unit") return ofKind(place.path, "room");
  const kinds = NEXT[place.kind] ?? [];
  const found = (await Promise.all(kinds.map((kind) => ofKind(place.path, kind)))).flat();
  const direct = found.filter((one) => one.parent === place.path);
  return direct.length ? direct : found.filter((one) => one.kind === kinds[0]);
}

/** Put rooms into rows by their floor, the highest first; other places into one row. */
export function byFloor(places: Place[]): { floor: string; level: number; places: Place[] }[] {
  const rows = new Map<string, Place[]>();
  for (const place of places) {
    const floor = place.kind === "room" ? place.path.slice(0, place.path.lastIndexOf("/")) : "";
    rows.set(floor, [...(rows.get(floor) ?? []), place]);
  }
  return [...rows]
    .map(([floor, items]) => ({ floor, level: items[0]?.level ?? 0, places: items }))
    .sort((a, b) => b.floor.localeCompare(a.floor));
}
