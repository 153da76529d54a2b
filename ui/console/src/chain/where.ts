/** Where a link of a chain has its page, and how it is drawn. */
import type { RouteLocationRaw } from "vue-router";
import type { Link } from "@linli/api";

function text(value: unknown): string {
  return typeof value === "string" || typeof value === "number" ? String(value) : "";
}

function alarmPage({ alarm, scene, device, place }: Record<string, unknown>): RouteLocationRaw | null {
  if (typeof alarm === "number") return { name: "alarms", params: { id: alarm } };
  if (!text(scene)) return null;
  const where = text(device) ? { device: text(device) } : { place: text(place) || undefined };
  return { name: "alarms", query: { state: "all", scene: text(scene), ...where } };
}

/** Return the page of what a link is about; none where it has no page of its own. */
export function pageOf(link: Link): RouteLocationRaw | null {
  const { case: number, scene, device } = link.about;
  if (link.kind.startsWith("Case") && typeof number === "number") return { name: "case", params: { id: number } };
  if (link.kind.startsWith("Alarm")) return alarmPage(link.about);
  if (link.kind.startsWith("Notice") || link.kind.startsWith("Broadcast")) return { name: "notices" };
  if (text(device)) return { name: "device", params: { code: text(device) } };
  return text(scene) ? { name: "scene", params: { id: text(scene) } } : null;
}

/** Return how a link is drawn: what was measured, judged, done, or dealt with by people. */
export function kindOf(link: Link): "reading" | "alarm" | "command" | "case" | "other" {
  if (link.kind === "Reading") return "reading";
  if (link.kind.startsWith("Alarm")) return "alarm";
  if (link.kind.startsWith("Command")) return "command";
  return link.kind.startsWith("Case") ? "case" : "other";
}

/**
 * Return the consequences worth a line, in the order in which they came about: without the reading
 * itself, and without announcements that say nothing that their effect did not.
 */
export function telling(links: Link[], asked: string): Link[] {
  return links
    .filter((link) => link.id === asked || (link.depth > 0 && link.kind !== "CommandMoved" && Object.keys(link.about).length > 0))
    .sort((a, b) => Date.parse(a.at) - Date.parse(b.at) || a.depth - b.depth);
}
