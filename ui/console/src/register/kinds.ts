/** What may be entered in a place of each kind: the usual first. */
export const INSIDE: Record<string, string[]> = {
  street: ["neighbourhood"],
  neighbourhood: ["estate"],
  estate: ["building", "zone", "garage", "gate", "public_room", "office"],
  zone: ["building", "zone", "garage", "gate", "public_room", "office"],
  building: ["unit", "floor", "room", "zone", "garage", "gate", "lift", "public_room", "office"],
  unit: ["floor", "room", "lift", "gate", "public_room", "office"],
  floor: ["room", "zone", "gate", "public_room", "office"],
  garage: ["zone", "floor", "gate", "lift", "public_room"],
};
