/** How somebody said yes or no, where he did not say it here himself. */
import type { Consent } from "@linli/api";
import { t } from "@/use/language";

export function saidAtDesk({ how, sheet, said_on: day, recorded_by: name }: Consent): string {
  if (how === "paper" || how === "spoken") return t(`privacy.on.${how}`, { day: day ?? "", sheet, name });
  return "";
}
