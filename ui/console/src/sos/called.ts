/** Whom a rung rings, in words. */
import { said, t } from "@/use/language";

export const roleName = (target: string): string => said(`role.${target}`, said(`skill.${target}`, target));

/** Say whom a rung rings: `the three nearest on duty: Guard`. */
export function called({ whom, target }: { whom: string; target?: string }): string {
  if (whom === "family") return t("sos.rung.family");
  return target ? t(`sos.rung.${whom as "nearest" | "duty" | "all"}`, { who: roleName(target) }) : t("sos.rung.everybody");
}
