/** What the line of an audit trail leads to. */
import type { AuditLine } from "@linli/api";
import type { RouteLocationRaw } from "vue-router";

interface Leads {
  name: "case" | "alarms" | "device" | "scene" | "places" | "list";
  /** What one must hold to go there. */
  needs: string;
  to: (id: string) => RouteLocationRaw;
}

const LEADS: Record<string, Leads> = {
  case: { name: "case", needs: "cases.read", to: (id) => ({ name: "case", params: { id } }) },
  alarm: { name: "alarms", needs: "alarms.read", to: (id) => ({ name: "alarms", params: { id } }) },
  device: { name: "device", needs: "devices.read", to: (code) => ({ name: "device", params: { code } }) },
  scene: { name: "scene", needs: "scenes.read", to: (id) => ({ name: "scene", params: { id } }) },
  place: { name: "places", needs: "register.read", to: (place) => ({ name: "places", params: { place } }) },
  person: { name: "list", needs: "register.people", to: () => ({ name: "list", params: { kind: "people" } }) },
  staff: { name: "list", needs: "register.people", to: () => ({ name: "list", params: { kind: "staff" } }) },
};

/** Read what a fact was about; other lines say something else there. */
function about(line: AuditLine): Record<string, unknown> {
  if (!line.words.startsWith("{")) return {};
  try {
    return JSON.parse(line.words) as Record<string, unknown>;
  } catch {
    return {}; // Cut at its end: it was longer than a line is.
  }
}

/** Return where what it is about is shown, if the reader may go there. */
export function leadsTo(line: AuditLine, may: (permission: string) => boolean): RouteLocationRaw | null {
  const [head = "", id = ""] = line.what.split(":");
  const known = about(line);
  const subject = head in LEADS ? head : Object.keys(LEADS).find((name) => known[name] !== undefined && known[name] !== "");
  const leads = subject ? LEADS[subject] : undefined;
  return leads && may(leads.needs) ? leads.to(head in LEADS ? id : String(known[subject!])) : null;
}

/** What only somebody at the machine itself does, who has no account. */
const AT_THE_MACHINE = ["audit.accepted", "audit.key", "apart:pair"];

/** How whoever did it is called where the line names nobody. */
export function nobody(line: AuditLine): "audit.nobody" | "audit.terminal" | "audit.byItself" {
  if (line.act !== "write") return "audit.nobody";
  return AT_THE_MACHINE.includes(line.what) ? "audit.terminal" : "audit.byItself";
}

/** Whether its cause is a fact, whose chain can be shown. */
export const hasChain = (line: AuditLine): boolean => line.act === "write" && line.cause !== "";
