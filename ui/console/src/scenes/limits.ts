/** The name of a limit of a scene, as `any.0.above` or `clear.hold`, in words. */
import { said, t } from "@/use/language";

export function limitName(key: string): string {
  const parts = key.split(".");
  const last = parts.at(-1) ?? key;
  const branch = parts.find((part) => /^\d+$/.test(part));
  const name = said(`limit.${last}`, last);
  const which = branch ? ` (${Number(branch) + 1})` : "";
  return `${parts[0] === "clear" ? `${t("limit.clear")} · ` : ""}${name}${which}`;
}
