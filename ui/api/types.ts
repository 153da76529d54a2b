/** Short names for what the API speaks. Times are ISO 8601 with zone; places are paths of codes. */
import type { Severity } from "@linli/tokens";
import type { components } from "./schema";

type S = components["schemas"];

/** The same type with some fields said more exactly than OpenAPI can. */
type But<T, U> = Omit<T, keyof U> & U;

export interface Words {
  zh: string;
  en: string;
}

export interface Page<T> {
  items: T[];
  next?: string | number | null;
}

export type User = S["UserOut"];
/** Who is signed in; right after signing in, the devices of sessions that had to end for this one. */
export type Session = S["SessionOut"];
export type AccountReset = S["AccountResetIn"];
export type Sessions = S["SignedInList"];
export type AccountLink = S["LinkOut"];
export type CodeSent = S["CodeSent"];
export type ShownCode = S["ShownCode"];
export type SignInWays = S["SignInWays"];
export type SignedIn = S["SignedIn"];
export type Factors = S["FactorsOut"];
export type AppBegun = S["AppBegun"];
export type Approval = S["ApprovalOut"];
export type ApprovalPage = S["Approvals"];
export type Grant = S["GrantOut"];
export type GrantWish = S["GrantIn"];
export type Role = S["RoleOut"];
export type AccountOpened = S["AccountOpened"];
export type Emergency = S["EmergencyOut"];
export type Clock = S["ClockOut"];
export type Case = S["CaseOut"];
export type CaseDetail = S["CaseDetailOut"];
export type CaseColumn = S["ColumnOut"];
export type CaseKind = S["KindOut"];
export type AllowedStep = S["AllowedOut"];
export type Photo = S["PhotoOut"];
export type Move = S["MoveOut"];
export type StepBody = Partial<S["StepIn"]>;
export type Place = S["PlaceOut"];
export type PlaceDetail = S["PlaceDetail"];
export type Member = S["MemberOut"];
export type Person = S["PersonOut"];
export type Staff = S["StaffOut"];
export type Cell = S["CellOut"];
export type Purpose = S["Purpose"];
export type Device = S["DeviceOut"];
export type Credential = S["CredentialOut"];
export type Model = S["ModelOut"];
export type TwinValue = S["Value"];
export type History = S["History"];
export type Command = S["CommandOut"];
export type CommandTaken = S["CommandTaken"];
export type Refusal = S["RefusalOut"];
export type Newcomer = S["NewcomerOut"];
export type Health = S["HealthOut"];
export type Replaced = S["Replaced"];
export type Software = S["SoftwareOut"];
export type Bulk = S["BulkOut"];
export type BulkDetail = S["BulkDetail"];
export type Release = S["ReleaseOut"];
export type Campaign = S["CampaignOut"];
export type CampaignDetail = S["CampaignDetail"];
export type Target = S["TargetOut"];
export type StoryResult = S["ResultOut"];
export type Story = S["StoryOut"];
export type Link = S["Link"];
export type Chain = S["Chain"];
export type ImportPreview = S["PreviewOut"];
export type ImportDone = S["Imported"];
export type Notice = But<S["NoticeOut"], { severity: Severity }>;

export type AlarmState = "raised" | "acknowledged" | "shelved" | "cleared" | "closed";

/** Was the alarm right? Said by the guard, with one tap. */
export type Verdict = "right" | "wrong" | "unsure";

export type Alarm = But<
  S["AlarmOut"],
  {
    verdict: { verdict: Verdict; by: Someone | null; at: string } | null;
    severity: Severity;
    state: AlarmState;
    acknowledged_by: { id: number; name: string } | null;
    closed_by: { id: number; name: string } | null;
    case: { id: number; number: string; state: string } | null;
  }
>;

export interface AlarmCounts {
  critical: number;
  major: number;
  minor: number;
  info: number;
  open: number;
}

export interface Property {
  id: string;
  name: Words;
  type: "number" | "integer" | "boolean" | "enum";
  unit: string;
  range: [number, number] | null;
  values: string[];
  value_names: Words[];
}

export interface Argument {
  id: string;
  name: Words;
  type: "number" | "integer" | "boolean" | "text";
  unit: string;
  range: [number, number] | null;
  required: boolean;
  longest: number;
}

export interface Service {
  id: string;
  name: Words;
  inverse: string | null;
  safety: boolean;
  moves: string | null;
  /** What it puts at risk; such a thing is asked twice. */
  danger?: Words | null;
  expires: string;
  arguments: Argument[];
}

export type DeviceDetail = But<
  S["DeviceDetail"],
  { properties: Property[]; events: { id: string; name: Words }[]; services: Service[] }
>;

export interface DeviceEntry {
  code: string;
  model: string;
  name: Words;
  place: string;
  gateway: string | null;
  serial: string;
  installed_on: string | null;
  driver: string;
  address: string;
  options: Record<string, unknown>;
}

export type DeviceChange = Partial<Omit<DeviceEntry, "code" | "model"> & { enabled: boolean }>;

/** One option of a protocol: `type` as the server spells it, `str`, `int`, `float | None`, `dict`. */
export interface Option {
  name: string;
  type: string;
  required: boolean;
  default?: unknown;
  secret: boolean;
}

/** A line of a protocol has the options of `line`, a device on a line those of `member`. */
export interface Protocol {
  name: string;
  words: Words;
  line: Option[];
  member: Option[];
  maps: string[];
  pushes: boolean;
  runs: boolean;
}

/** The bytes of a frame as hex, and what they say; `decoded` is empty where nobody can tell. */
export interface Frame {
  at: string;
  way: "in" | "out";
  size: number;
  data: string;
  decoded: Record<string, unknown>;
}

/** How a line of a field protocol fares; `port` is 0 where it dials. */
export interface LineState {
  line: string;
  driver: string;
  members: number;
  up: boolean;
  port: number;
  trouble: string;
}

export interface FieldState {
  live: { lines?: LineState[] } & Record<string, unknown>;
}

/** How a scene stands here: it does nothing, it writes down what it would do, or it acts. */
export type SceneStage = "off" | "shadow" | "on";

export interface Someone {
  id: number;
  name: string;
}

/** Verdicts of the last 90 days; `share` is right of right and wrong, null while there are none. */
export interface Precision {
  right: number;
  wrong: number;
  unsure: number;
  share: number | null;
}

/** `version` 0 is the text of the catalogue; `waiting` the id of a change that waits. */
interface Standing {
  severity: Severity;
  stage: SceneStage;
  version: number;
  own: boolean;
  safety: boolean;
  waiting: number | null;
  precision: Precision;
}

export type SceneLine = But<S["SceneOut"], Standing>;
export type SceneDetail = But<S["SceneDetail"], Standing & { recent: Alarm[]; wrong: TextWrong | null }>;

/** Why a text of the community's own is not loaded. */
export interface TextWrong {
  scene: string;
  words: Words;
}

export interface SceneLines {
  items: SceneLine[];
  wrong: TextWrong[];
}

export interface SceneVersion {
  number: number;
  at: string;
  by: Someone | null;
  note: string;
  toml: string;
}

/** `catalogue` is the text that came with the catalogue, null for a scene of one's own. */
export interface SceneVersions {
  items: SceneVersion[];
  next: number | null;
  catalogue: string | null;
  in_force: number;
  stage: SceneStage;
}

export type ChangeState = "waiting" | "done" | "refused" | "withdrawn";

export interface SceneChange {
  id: number;
  scene: string;
  scene_name: Words;
  version_before: number;
  version: number;
  stage_before: SceneStage;
  stage: SceneStage;
  /** With a key it is about that limit there, a device code or a path; null is the text's own value. */
  target: string;
  key: string;
  unit: string;
  value_before: number | null;
  value: number | null;
  state: ChangeState;
  by: Someone | null;
  reason: string;
  at: string;
  decided_by: Someone | null;
  decided_at: string | null;
  decision_reason: string;
}

/** What a scene found in the shadow; `would` in the words of stories: `fan.on`, `alarm raised`. */
export interface ShadowFinding {
  id: number;
  at: string;
  ended_at: string | null;
  device: string | null;
  device_name: Words | null;
  place: string;
  place_name: Words;
  because: S["BecauseOut"] | null;
  severity: Severity;
  would: string[];
}

export interface DayCount {
  day: string;
  count: number;
}

export type ShadowPage = Page<ShadowFinding> & { per_day: DayCount[] };

export type ConflictKind = "fight" | "loop" | "out_of_reach" | "never";

export type Conflict = But<S["ConflictOut"], { kind: ConflictKind }>;

/** `waiting`: accepted by one, it touches life safety and wants another. `gone`: the scene has changed since. */
export type ProposalState = "open" | "waiting" | "accepted" | "dismissed" | "gone";

/** A new limit for a scene that cries wolf; `target` is a device or a place, `by` who accepted or dismissed it. */
export interface Proposal {
  id: number;
  scene: string;
  scene_name: Words;
  target: string;
  target_name: Words;
  key: string;
  unit: string;
  value: number;
  proposed: number;
  precision: number;
  alarms: number;
  per_day_before: number;
  per_day_after: number;
  right_kept: number;
  right_lost: number;
  wrong_dropped: number;
  wrong_kept: number;
  /** All the limits that change with it. */
  entries: { key: string; before: number; after: number }[];
  safety: boolean;
  state: ProposalState;
  at: string;
  by: Someone | null;
  decided_at: string | null;
  reason: string;
  second_by: Someone | null;
  second_at: string | null;
  second_reason: string;
}

export interface Overview {
  alarms: AlarmCounts;
  cases: { open: number; overdue: number; by_state: Record<string, number> };
  devices: { total: number; online: number; offline: number };
  commands_24h: number;
}

export interface MapProperties {
  path: string;
  kind: string;
  name: Words;
  height_m: number | null;
  base_m: number | null;
  level: number | null;
}

export interface MapFeature {
  type: "Feature";
  id: number;
  geometry: { type: string; coordinates: unknown };
  properties: MapProperties;
}

export interface MapCollection {
  type: "FeatureCollection";
  features: MapFeature[];
  next: string | null;
}

export interface Found {
  kind: string;
  id: string | number;
  title: Words;
  subtitle: Words;
  path: string | null;
}

export type LiveMessage =
  | { kind: "hello"; at: string | number }
  | { kind: "fact"; topic: string; fact: Record<string, unknown> }
  | { kind: "twin"; points: [string, string, number, number, number][] }
  | { kind: "devices"; online: Record<string, boolean> };
