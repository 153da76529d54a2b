/** What every part of the editor knows: what the community has, what is wrong, and what things are called. */
import { inject, provide, type ComputedRef, type InjectionKey } from "vue";
import type { DraftProblem, Vocabulary, VocabularyPoint } from "@linli/api";
import { prettyUnit } from "@/lib/units";
import { locale, named, t, words } from "@/use/language";
import { hindering, said } from "./problems";

export interface Editor {
  vocabulary: ComputedRef<Vocabulary>;
  problems: ComputedRef<DraftProblem[]>;
}

const KEY: InjectionKey<Editor> = Symbol("editor of a scene");

export const EMPTY: Vocabulary = { points: [], events: [], services: [], modes: [], cases: [], people: [], places: [], boards: [], categories: [], severities: [] };

export function provideEditor(editor: Editor): void {
  provide(KEY, editor);
}

export interface Choice {
  value: string;
  text: string;
  more?: string;
}

export function useEditor() {
  const editor = inject(KEY);
  if (!editor) throw new Error("a part of the editor stands outside of it");
  const known = editor.vocabulary;
  const pointOf = (name: unknown): VocabularyPoint | undefined => known.value.points.find((one) => one.name === name);
  const devices = (n: number) => t("edit.devices", { n });
  const sorted = (choices: Choice[]) => choices.sort((a, b) => a.text.localeCompare(b.text, locale.value));
  return {
    ...editor,
    known,
    pointOf,
    unitOf: (name: unknown) => prettyUnit(pointOf(name)?.unit ?? ""),
    wrong: (place: string) => said(hindering(editor.problems.value), place),
    points: (): Choice[] =>
      sorted(known.value.points.map((one) => ({ value: one.name, text: named(one.words), more: [prettyUnit(one.unit), devices(one.devices)].filter(Boolean).join(" · ") }))),
    events: (): Choice[] => sorted(known.value.events.map((one) => ({ value: one.name, text: named(one.words), more: devices(one.devices) }))),
    services: (): Choice[] =>
      sorted(known.value.services.map((one) => ({ value: one.name, text: named(one.words), more: [devices(one.devices), one.safety ? `◆ ${t("scene.safety")}` : ""].filter(Boolean).join(" · ") }))),
    near: () => known.value.places.filter((one) => NEAR.includes(one.kind)),
    cases: (): Choice[] => known.value.cases.map((one) => ({ value: one.kind, text: words(one.words) || one.kind })),
    people: (): Choice[] => known.value.people.map((one) => ({ value: one.id, text: words(one.words) || one.id })),
    modes: (): Choice[] => known.value.modes.map((one) => ({ value: one.mode, text: words(one.words) || one.mode })),
    valuesOf: (mode: string): Choice[] => (known.value.modes.find((one) => one.mode === mode)?.values ?? []).map((one) => ({ value: one.value, text: words(one.words) || one.value })),
  };
}

/** The kinds of place at which a scene can look around itself. */
const NEAR = ["room", "floor", "unit", "building", "zone", "garage", "estate"];

/** The values of a point that has words for them, else null. Yes and no are written as 1 and 0. */
export function valuesOf(point: VocabularyPoint | undefined): Choice[] | null {
  if (point?.type === "enum") return point.values.map((one) => ({ value: String(one.value), text: words(one.words) || String(one.value) }));
  if (point?.type !== "boolean") return null;
  const name = (value: boolean) => words(point.values.find((one) => one.value === value)?.words) || t(value ? "device.yes" : "device.no");
  return [{ value: "1", text: name(true) }, { value: "0", text: name(false) }];
}

/** Choices with what is written now among them, though this community has it not. */
export function withPresent(choices: Choice[], present: string): Choice[] {
  if (!present || choices.some((one) => one.value === present)) return choices;
  return [{ value: present, text: present, more: t("edit.notHere") }, ...choices];
}
