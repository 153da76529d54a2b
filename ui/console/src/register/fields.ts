/** What can be filled in of each kind of the register: the order is that of the form. */
import type { ListKind } from "@linli/api";
import { said, t } from "@/use/language";

export type FieldType = "text" | "lines" | "date" | "choice" | "choices" | "place" | "ref" | "yes" | "shifts" | "cells";

export interface Field {
  key: string;
  word: string;
  type: FieldType;
  /** The book of words of a choice, as `occupancy` of `occupancy.rented`, and its words. */
  book?: string;
  of?: readonly string[];
  /** What a reference points to. */
  ref?: "people" | "households" | "organisations" | "staff";
  /** Names the thing: said once, never altered. */
  fixed?: boolean;
  required?: boolean;
  /** Shown masked; seen in full for a purpose only. */
  masked?: boolean;
  /** What the server can check of it while it is typed. */
  check?: "id" | "uscc" | "plate" | "phone";
}

const text = (key: string, more: Partial<Field> = {}): Field => ({ key, word: `column.${key}`, type: "text", ...more });
const name = (word: string): Field => text("name", { word, required: true });
const choice = (key: string, book: string, of: readonly string[], more: Partial<Field> = {}): Field =>
  text(key, { type: "choice", book, of, ...more });

const SKILLS = [
  "manager", "engineer", "electrician", "plumber", "lift", "fire", "air", "guard", "patrol", "grid_worker",
  "front_desk", "dispatcher", "supervisor", "cleaner", "gardener", "care",
] as const;
const EQUIPMENT = [
  "pump", "lift", "transformer", "tank", "fire", "fire_panel", "extinguisher", "hydrant", "fan", "generator", "fitness",
] as const;
export const RELATIONS = ["owner", "tenant", "family", "other"] as const;

export const FIELDS: Record<ListKind, Field[]> = {
  people: [
    name("column.name"),
    text("id_number", { masked: true, check: "id" }),
    text("phone", { masked: true, check: "phone" }),
    choice("sex", "sex", ["", "F", "M"]),
    text("born_on", { type: "date" }),
    text("code", { fixed: true }),
    text("note", { type: "lines" }),
  ],
  households: [
    text("room", { type: "place", fixed: true, required: true }),
    choice("occupancy", "occupancy", ["owner", "rented", "vacant", "unknown"]),
    text("moved_in_on", { type: "date" }),
    text("note", { type: "lines" }),
  ],
  vehicles: [
    text("plate", { fixed: true, required: true, check: "plate" }),
    choice("kind", "vehicleKind", ["car", "truck", "motorcycle", "e_bike", "other"]),
    choice("colour", "colour", ["", "blue", "green", "yellow", "white", "black"], { word: "column.colour" }),
    text("model"),
    text("owner", { type: "ref", ref: "people", word: "column.owner_name" }),
    text("household", { type: "ref", ref: "households" }),
    text("organisation", { type: "ref", ref: "organisations" }),
    text("parking"),
    text("garage", { type: "place" }),
  ],
  organisations: [
    name("column.title"),
    choice("kind", "organisationKind", ["shop", "company", "property", "service", "committee", "other"], { required: true }),
    text("uscc", { check: "uscc" }),
    text("business"),
    text("place", { type: "place" }),
    text("contact"),
    text("phone", { masked: true, check: "phone" }),
    text("code", { fixed: true }),
  ],
  staff: [
    name("column.name"),
    text("post"),
    text("phone", { masked: true, check: "phone" }),
    text("skills", { type: "choices", book: "skill", of: SKILLS }),
    choice("duty", "duty", ["by_shift", "on", "off"]),
    text("shifts", { type: "shifts" }),
    text("organisation", { type: "ref", ref: "organisations" }),
    text("place", { type: "place" }),
    text("cells", { type: "cells" }),
    text("employed", { type: "yes" }),
    text("code", { fixed: true }),
  ],
  equipment: [
    name("column.title"),
    choice("kind", "equipmentKind", EQUIPMENT, { required: true }),
    text("place", { type: "place" }),
    text("maker"),
    text("model"),
    text("keeper", { type: "ref", ref: "staff" }),
    text("installed_on", { type: "date" }),
    text("warranty_until", { type: "date" }),
    text("inspected_on", { type: "date" }),
    text("inspect_by", { type: "date" }),
    text("code", { fixed: true }),
    text("note", { type: "lines" }),
  ],
};

/** Return what a choice may be, in words; one that is kept but not in the book stays to be chosen. */
export function options(field: Field, kept = ""): { value: string; text: string }[] {
  const of = [...(field.of ?? [])];
  if (kept && !of.includes(kept)) of.push(kept);
  if (!of.includes("") && !field.required && field.key !== "kind") of.unshift("");
  return of.map((value) => ({ value, text: value ? said(`${field.book}.${value}`, value) : t("form.none") }));
}
