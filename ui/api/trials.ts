/** Scenes tried before they are trusted: drafts, dry runs on the live twin, back-tests on recorded history. */
import { body, narrowed } from "./answer";
import { client } from "./client";
import type { Page, StoryResult, Words } from "./types";

const of = (community: string) => ({ path: { community } });

export interface NamedValue {
  value: string | boolean;
  words: Words;
}

export interface VocabularyPoint {
  name: string;
  words: Words;
  unit: string;
  type: "number" | "integer" | "boolean" | "enum";
  range: [number, number] | null;
  values: NamedValue[];
  devices: number;
  models: string[];
}

export interface VocabularyArgument {
  name: string;
  words: Words;
  type: "number" | "integer" | "boolean" | "text";
  unit: string;
  range: [number, number] | null;
  required: boolean;
}

export interface VocabularyService {
  name: string;
  words: Words;
  args: VocabularyArgument[];
  inverse: string | null;
  safety: boolean;
  devices: number;
}

/** What a scene may be made of here: only what this community really has. */
export interface Vocabulary {
  points: VocabularyPoint[];
  events: { name: string; words: Words; devices: number }[];
  services: VocabularyService[];
  modes: { mode: string; words: Words; values: { value: string; words: Words }[] }[];
  cases: { kind: string; words: Words }[];
  people: { id: string; words: Words }[];
  places: { kind: string; words: Words; count: number }[];
  boards: { id: string; words: Words }[];
  categories: { board: string; id: string }[];
  severities: { id: string; words: Words }[];
}

/** `where` is a way through the table, as `when.any.0.above`, or empty for the whole text. A warning hinders nothing. */
export interface DraftProblem {
  where: string;
  key: string;
  message: string;
  severity: "error" | "warning";
}

export type SceneTable = Record<string, unknown>;

export interface Draft {
  toml: string;
  table: SceneTable | null;
  id: string;
  sentence: Words | null;
  stories: { title: Words; given: string[]; then: string[] }[];
  problems: DraftProblem[];
  safety: boolean;
  known: "catalogue" | "own" | "new";
}

export interface DryValue {
  device: string;
  point: string;
  value: number | null;
  unit: string;
  at: string | null;
  limit: number | null;
}

export interface DryItem {
  anchor: string;
  name: Words;
  place_name: Words;
  holds: boolean | null;
  /** How much longer it must stay so before the scene acts. */
  waits_s: number;
  values: DryValue[];
  would: string[];
}

export interface DryRun {
  bound: number;
  checked_at: string;
  holds: number;
  unknown: number;
  items: DryItem[];
}

export interface BackTestItem {
  at: string;
  ended_at: string | null;
  device: string;
  device_name: Words | null;
  place: string;
  place_name: Words;
  point: string;
  value: number | null;
  limit: number | null;
  met: { kind: "alarm" | "case"; id: number; verdict: string | null; title: Words } | null;
}

/** What happened and would not have been found. */
export interface BackTestMissed {
  kind: "alarm" | "case";
  id: number;
  at: string;
  device_name: Words | null;
  place_name: Words;
  title: Words;
}

export interface BackTestReport {
  from: string;
  to: string;
  readings: number;
  points: number;
  devices: number;
  seconds: number;
  firings: number;
  per_day: { day: string; count: number }[];
  firings_per_day: number;
  matched: number;
  unmatched: number;
  missed: number;
  precision: number | null;
  recall: number | null;
  /** The share of the time in which it was on somewhere; null in a report of before that was told. */
  on_share: number | null;
  /** How many times it lasted more than a day. */
  long: number;
  items: BackTestItem[];
  missed_items: BackTestMissed[];
}

export interface BackTest {
  id: number;
  scene: string;
  state: "waiting" | "running" | "done" | "failed" | "cancelled";
  progress: number;
  asked_by: { id: number; name: string } | null;
  at: string;
  days: number;
  error: { key: string; message: Words } | null;
  report: BackTestReport | null;
}

export interface VersionSaved {
  scene: string;
  number: number;
  safety: boolean;
}

export const trials = {
  vocabulary: (community: string) => body<Vocabulary>(client.GET("/{community}/scenes/vocabulary", { params: of(community) })),
  read: (community: string, toml: string) =>
    body<Draft>(client.POST("/{community}/scenes/drafts/read", { params: of(community), body: { toml } })),
  write: (community: string, table: SceneTable, toml: string) =>
    body<Draft>(client.POST("/{community}/scenes/drafts/write", { params: of(community), body: { table, toml } })),
  stories: (community: string, toml: string) =>
    body<{ results: StoryResult[] }>(client.POST("/{community}/scenes/drafts/stories", { params: of(community), body: { toml } })),
  dryRun: (community: string, toml: string) =>
    body<DryRun>(client.POST("/{community}/scenes/drafts/dry-run", { params: of(community), body: { toml } })),
  record: (community: string, wanted: { toml: string; device: string; from: string; to: string }) =>
    body<Draft>(client.POST("/{community}/scenes/drafts/story", { params: of(community), body: wanted })),
  save: (community: string, toml: string, note: string) =>
    body<VersionSaved>(client.POST("/{community}/scenes/versions", { params: of(community), body: { toml, note } })),
  backTest: (community: string, toml: string, days: number) =>
    body<{ id: number }>(client.POST("/{community}/scenes/backtests", { params: of(community), body: { toml, days } })),
  backTestOf: (community: string, id: number) =>
    body<BackTest>(client.GET("/{community}/scenes/backtests/{id}", { params: { path: { community, id } } })),
  cancelBackTest: (community: string, id: number) =>
    body<BackTest>(client.POST("/{community}/scenes/backtests/{id}/cancel", { params: { path: { community, id } } })),
  backTests: (community: string, scene: string) =>
    body<Page<BackTest>>(client.GET("/{community}/scenes/backtests", { params: { ...of(community), query: narrowed({ scene }) } })),
};
