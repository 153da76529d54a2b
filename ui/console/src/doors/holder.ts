/** Who a right or a credential is for: somebody of the register, by his number there. */
import type { Row } from "@linli/api";
import { listed, words } from "@/use/language";

export type HolderKind = "person" | "household" | "staff";

export interface Holder {
  kind: HolderKind;
  id: number;
  name: string;
}

export const LIST = { person: "people", household: "households", staff: "staff" } as const;

type Named = { zh: string; en: string };

/** Return somebody as he is chosen from a list of the register. */
export function holderOf(kind: HolderKind, row: Row): Holder {
  const name = kind === "household" ? words(row.room_name as Named) || String(row.room ?? "") : String(row.name ?? row.code ?? "");
  return { kind, id: row.id, name };
}

/** Return what tells him from another of the same name: his home, his post. */
export function besides(kind: HolderKind, row: Row): string {
  if (kind === "staff") return String(row.post ?? "") || String(row.code ?? "");
  if (kind === "household") return listed(((row.members as { name: string }[] | null) ?? []).map(({ name }) => name));
  return [String(row.code ?? ""), String(row.phone ?? "")].filter(Boolean).join(" · ");
}
