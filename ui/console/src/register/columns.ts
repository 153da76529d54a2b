/** What each list of the register shows: the four columns that decide, then what fits. */
import type { ListKind, Row } from "@linli/api";
import { brief } from "@/lib/format";
import { listed, said, t, words } from "@/use/language";

export interface Column {
  key: string;
  word: `column.${string}`;
  shown: (row: Row) => string;
  masked?: boolean;
}

interface Home {
  room: string;
  room_name: { zh: string; en: string };
}

const text = (key: string, word = key): Column => ({
  key,
  word: `column.${word}`,
  shown: (row) => (row[key] == null ? "" : String(row[key])),
});
const masked = (key: string): Column => ({ ...text(key), masked: true });
const coded = (key: string, book: string, word = key): Column => ({
  ...text(key, word),
  shown: (row) => (row[key] ? said(`${book}.${String(row[key])}`, String(row[key])) : ""),
});
export interface Group {
  group: string;
  since: string | null;
  until: string | null;
  source: string;
}
export const groupsOf = (row: Row | { groups: Group[] }) => (row.groups as Group[] | null | undefined) ?? [];
/** Which, where somebody said what for; else how many. */
export const groups = (row: Row | { groups: Group[]; special: number }) =>
  !groupsOf(row).length && row.special ? t("register.special", { n: Number(row.special) }) : listed(groupsOf(row).map(({ group }) => said(`group.${group}`, group)));
const homes = (row: Row) => listed(((row.homes as Home[] | null) ?? []).map((home) => words(home.room_name) || home.room));
const members = (row: Row) => listed(((row.members as { name: string }[] | null) ?? []).map((one) => one.name));
const room = (row: Row) => words(row.room_name as { zh: string; en: string } | null) || String(row.room ?? "");
const duty = (row: Row) => (row.on_duty == null ? "" : t(row.on_duty ? "register.yes" : "register.no"));
const skills = (row: Row) => listed(((row.skills as string[] | null) ?? []).map((one) => said(`skill.${one}`, one)));
const day = (key: string): Column => ({ ...text(key), shown: (row) => (row[key] ? brief(`${String(row[key])}T00:00:00`).slice(0, 10) : "") });

export const COLUMNS: Record<ListKind, Column[]> = {
  people: [text("name"), { ...text("homes"), shown: homes }, masked("phone"), { ...text("groups"), shown: groups }, text("age"), masked("id_number")],
  households: [{ ...text("room"), shown: room }, { ...text("members"), shown: members }, coded("occupancy", "occupancy"), day("moved_in_on")],
  vehicles: [text("plate"), text("owner_name"), text("parking"), coded("colour", "colour"), text("model")],
  organisations: [text("name", "title"), coded("kind", "organisationKind"), text("contact"), masked("phone"), text("uscc")],
  staff: [text("name"), coded("post", "post"), { ...text("on_duty"), shown: duty }, { ...text("skills"), shown: skills }, masked("phone")],
  equipment: [text("name", "title"), coded("kind", "equipmentKind"), text("place"), day("inspect_by"), text("maker")],
};

export const GROUPS = [
  "lone_elder", "child_at_risk", "low_income", "party_member", "veteran",
  "health", "disabled", "frail", "dementia", "severe_illness",
] as const;
