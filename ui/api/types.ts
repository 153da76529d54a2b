/** The shapes that the API speaks. Times are ISO 8601 with zone; places are paths of codes. */
import type { Severity } from "@linli/tokens";

export interface Words {
  zh: string;
  en: string;
}

export interface Page<T> {
  items: T[];
  next?: string | null;
}

export interface User {
  id: number;
  name: string;
  username: string;
  language: string;
  roles: Record<string, string[]>;
  permissions: Record<string, string[]>;
  communities: { code: string; name: Words }[];
}

export type Outcome = "open" | "raised" | "acknowledged" | "shelved" | "cleared" | "closed";

export interface Because {
  device: string;
  point: string;
  value: number;
  limit: number | null;
  unit?: string;
  point_name?: Words;
}

export interface Alarm {
  id: number;
  effect: string;
  scene: string;
  scene_name: Words;
  severity: Severity;
  state: Exclude<Outcome, "open">;
  active: boolean;
  device: string | null;
  device_name: Words | null;
  place: string;
  place_name: Words;
  count: number;
  first_at: string;
  last_at: string;
  acknowledged_by: string | null;
  acknowledged_at: string | null;
  shelved_until: string | null;
  cleared_at: string | null;
  closed_at: string | null;
  flapping: boolean;
  storm: string | number | null;
  because: Because | null;
  case: { id: number; number: string; state: string } | null;
  sentence: Words;
}

export interface AlarmCounts {
  critical: number;
  major: number;
  minor: number;
  info: number;
  open: number;
}

export interface Clock {
  name: string;
  due_at: string;
  stopped_at: string | null;
  overdue: boolean;
  remaining_s: number | null;
}

export interface Case {
  id: number;
  number: string;
  kind: string;
  kind_name: Words;
  title: string;
  matter: string;
  state: string;
  state_name?: Words;
  severity: Severity | "";
  place: string;
  place_name: Words;
  assignee: { id: number; name: string } | null;
  reporter_name: string;
  created_at: string;
  clocks: Clock[];
  overdue: boolean;
  rating: number | null;
}

export interface Move {
  at: string;
  step: string;
  step_name: Words;
  before: string;
  after: string;
  by: number | null;
  by_name: string;
  note: string;
  reason: string;
  automatic: boolean;
  fact: string;
}

export interface AllowedStep {
  step: string;
  name: Words;
  needs: string[];
}

export interface CaseDetail extends Case {
  description: string;
  device: string;
  alarm: number | null;
  effect: string;
  scene: string;
  cause: string;
  reporter_contact: string;
  history: Move[];
  photos: { id: number; url: string; stage: string; at: string }[];
  allowed: AllowedStep[];
}

export interface CaseColumn {
  state: string;
  name: Words;
  count: number;
  overdue: number;
  items: Case[];
}

export interface CaseKind {
  id: string;
  name: Words;
  matter: string;
  skill: string;
}

export interface Property {
  name: Words;
  type: "number" | "integer" | "boolean" | "enum";
  unit: string;
  range: [number, number] | null;
  values?: string[];
  value_names?: Words[];
}

export interface Argument {
  name: Words;
  type: "number" | "integer" | "boolean" | "text";
  unit: string;
  range: [number, number] | null;
  required: boolean;
  longest: number;
}

export interface Service {
  name: Words;
  arguments: Record<string, Argument>;
  inverse: string | null;
  safety: boolean;
  expires: string;
  moves: string | null;
}

export interface Device {
  code: string;
  model: string;
  model_name: Words;
  name: Words;
  category?: string;
  place: string;
  place_name: Words;
  gateway: string | null;
  online: boolean | null;
  online_since: string | null;
  enabled: boolean;
  position: [number, number] | null;
  floor: number | null;
}

export interface DeviceDetail extends Device {
  properties: Record<string, Property>;
  events: Record<string, { name: Words }>;
  services: Record<string, Service>;
  points: { number: number; name: string }[];
  children: Device[];
  period?: string;
}

export interface Model {
  id: string;
  name: Words;
  category: string;
}

export interface TwinValue {
  device: string;
  point: string;
  at: string | number;
  value: number;
  quality: string;
}

export interface History {
  point: string;
  unit: string;
  from: string;
  to: string;
  step_s: number;
  items: [number, number, number, number, number][];
}

export interface Command {
  id: string;
  device: string;
  device_name?: Words | null;
  service: string;
  service_name?: Words | null;
  args: Record<string, number | string | boolean>;
  state: string;
  reason?: string;
  reason_text?: Words | string | null;
  scene?: string;
  scene_name?: Words | null;
  by_name?: string | null;
  safety?: boolean;
  issued_at: string;
  sent_at: string | null;
  finished_at: string | null;
  expires_at: string | null;
  attempts?: number;
  cause?: string;
}

export interface Refusal {
  device: string;
  reason: string;
  count: number;
  last_at: string;
  sample: string;
  taken: boolean;
  sentence: Words | string;
}

export interface SceneLine {
  id: string;
  name: Words;
  board: string;
  category: string;
  severity: Severity;
  on: boolean;
  bindings: number;
  active: number;
  fired_24h: number;
  last_fired_at: string | null;
}

export interface Story {
  title: Words | string;
  given: string[];
  then: string[];
}

export interface SceneDetail extends SceneLine {
  source: string;
  sentence: Words;
  toml: string;
  stories: Story[];
  limits: { key: string; value: number; unit: string; name?: Words }[];
  overrides: { target: string; key: string; value: number }[];
  bound: string[];
  recent: Alarm[];
}

export interface StoryResult {
  title: Words | string;
  passed: boolean;
  expected: string[];
  got: string[];
  timeline: { at_s: number; kind: string; text: string | Words }[];
}

export interface Link {
  id: string;
  kind: string;
  at: string;
  about: Record<string, unknown>;
  title: Words;
  depth: number;
}

export interface Chain {
  chain: Link[];
  consequences: Link[];
}

export interface Overview {
  alarms: Omit<AlarmCounts, "open">;
  cases: { open: number; overdue: number; by_state: Record<string, number> };
  devices: { total: number; online: number; offline: number };
  commands_24h: number;
  readings_today: number;
  recent: Alarm[];
}

export interface Notice {
  id: number;
  to: string;
  place: string;
  place_name: Words;
  text: Words;
  severity: Severity;
  at: string;
  link: string;
  read: boolean;
}

export interface Place {
  id: number;
  path: string;
  kind: string;
  name: Words;
  parent: string | null;
  code: string;
  level: number | null;
  height_m: number | null;
  base_m: number | null;
}

export interface Person {
  id: number;
  name: string;
  phone?: string;
  id_number?: string;
  relation?: string;
  groups?: string[];
  place?: string;
  place_name?: Words;
}

export interface PlaceDetail {
  place: Place;
  rooms?: Place[];
  households?: { id: number; kind?: string; people: Person[] }[];
  people?: Person[];
  special_groups?: string[];
  devices: Device[];
}

export interface MapProperties {
  path: string;
  kind: string;
  name: Words;
  height_m: number | null;
  base_m: number | null;
  level?: number | null;
}

export interface MapCollection {
  type: "FeatureCollection";
  features: {
    type: "Feature";
    id?: number;
    geometry: { type: string; coordinates: unknown };
    properties: MapProperties;
  }[];
}

export interface Found {
  kind: string;
  id: string | number;
  title: string | Words;
  subtitle: string | Words;
  path: string;
}

export interface ImportPreview {
  token: string;
  rows: number;
  new: number;
  changed: number;
  same: number;
  errors: { row: number; column: string; value: string; message: string }[];
}

export interface ImportDone {
  created: number;
  changed: number;
  same: number;
}

export type LiveMessage =
  | { kind: "hello"; at: string | number }
  | { kind: "fact"; topic: string; fact: Record<string, unknown> }
  | { kind: "twin"; points: [string, string, number, number, string | number][] }
  | { kind: "devices"; online: Record<string, boolean> };
