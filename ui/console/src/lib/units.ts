/** Units as they are printed: the register writes m3, people read m³. */
export function prettyUnit(unit: string): string {
  return unit.replace(/m3\b/g, "m³").replace(/m2\b/g, "m²").replace(/\bdegC\b/g, "°C").replace(/\bug\b/g, "µg");
}
