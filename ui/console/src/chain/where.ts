/** Where a link of a chain has its page, and what it says of itself. */
import type { RouteLocationRaw } from "vue-router";
import type { Link } from "@linli/api";

function text(value: unknown): string {
  return typeof value === "string" || typeof value === "number" ? String(value) : "";
}

/** Return the page of what a link is about; none where it has no page of its own. */
export function pageOf(link: Link): RouteLocationRaw | null {
  const { alarm, case: number, scene, device } = link.about;
  if (link.kind.startsWith("Case") && typeof number === "number") return { name: "case", params: { id: number } };
  if (link.kind.startsWith("Alarm") && typeof alarm === "number") return { name: "alarms", params: { id: alarm } };
  if (link.kind.startsWith("Notice") || link.kind.startsWith("Broadcast")) return { name: "notices" };
  if (link.kind.startsWith("Scene") && text(scene)) return { name: "scene", params: { id: text(scene) } };
  if (text(device)) return { name: "device", params: { code: text(device) } };
  if (text(scene)) return { name: "scene", params: { id: text(scene) } };
  return null;
}

/** Return how a link is drawn: what was measured, judged, done, or dealt with by people. */
export function kindOf(link: Link): "reading" | "alarm" | "command" | "case" | "other" {
  if (link.kind === "Reading") return "reading";
  if (link.kind.startsWith("Alarm")) return "alarm";
  if (link.kind.startsWith("Command")) return "command";
  if (link.kind.startsWith("Case")) return "case";
  return "other";
}
