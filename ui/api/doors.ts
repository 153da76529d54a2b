/** Doors: the desk of doors, and a resident's own. */
import { body, narrowed, onwards, onwardsOf, whole, wholeByNumber } from "./answer";
import { client } from "./client";
import type { components } from "./schema";
import type { Page } from "./types";

type S = components["schemas"];

export type DoorLine = S["DoorLine"];
export type DoorShown = S["DoorShown"];
/** A door as it is kept now, and what of what was said waits for a second person. */
export type DoorKept = S["DoorKept"];
export type DoorMode = S["DoorModeIn"]["mode"];
export type DoorPassage = S["PassageOut"];
export type DoorCredential = S["DoorCredential"];
export type DoorRight = S["DoorRight"];
export type DoorOpened = S["DoorOpened"];
export type OwnDoor = S["OwnDoor"];
export type OwnWays = S["OwnWays"];
export type OwnCode = S["OwnCode"];
export type DutyDoors = S["DutyDoors"];
/** Homes that the head of a household owns or rents, and who lives there. */
export type OwnHouseholds = S["OwnHouseholds"];
export type HouseholdMember = S["HouseholdMember"];
export type NewCredential = S["CredentialIn"];
export type CredentialMade = S["CredentialMade"];
export type CredentialStep = S["CredentialStepIn"]["step"];
export type CredentialLife = S["CredentialLife"];
export type DoorHours = S["DoorHours"];
export type DoorChange = S["DoorChange"];
export type DoorGroup = S["DoorGroupOut"];
export type DoorGroupSaid = S["DoorGroupIn"];
export type DoorRightSaid = S["DoorRightIn"];
export type DoorBarred = S["BarredOut"];
export type PassageShown = S["PassageShown"];

const within = (community: string) => ({ path: { community } });
const at = (community: string, door: string) => ({ path: { community, door } });

/** What a resident does at his own doors. */
export const myDoors = {
  all: (community: string) => body<Page<OwnDoor>>(client.GET("/{community}/my/doors", { params: within(community) })),
  open: (community: string, door: string, key: string) =>
    body<DoorOpened>(client.POST("/{community}/my/doors/{door}/open", { params: at(community, door), body: { key, guest: "" } })),
  code: (community: string) => body<OwnCode>(client.POST("/{community}/my/door-code", { params: within(community) })),
  household: (community: string) => body<OwnHouseholds>(client.GET("/{community}/my/household", { params: within(community) })),
  householdCard: (community: string, credential: number, step: "lost" | "found") =>
    body<DoorCredential>(client.POST("/{community}/my/household/cards/{credential}/steps", { params: { path: { community, credential } }, body: { step } })),
  memberJoins: (community: string, joins: S["MemberJoinsIn"]) =>
    body<void>(client.POST("/{community}/my/household/members", { params: within(community), body: joins })),
  memberLeaves: (community: string, person: number, room: string, reason: string) =>
    body<void>(client.POST("/{community}/my/household/members/{person}/leave", { params: { path: { community, person } }, body: { room, reason } })),
  ways: (community: string) => body<OwnWays>(client.GET("/{community}/my/door-ways", { params: within(community) })),
  step: (community: string, credential: number, step: "lost" | "found") =>
    body<DoorCredential>(client.POST("/{community}/my/credentials/{credential}/steps", { params: { path: { community, credential } }, body: { step } })),
  pin: (community: string, duress: boolean) => body<CredentialMade>(client.POST("/{community}/my/pin", { params: within(community), body: { duress } })),
  face: (community: string, agree: boolean, confirmed: boolean) =>
    body<OwnWays>(client.PUT("/{community}/my/face", { params: within(community), body: { agree, confirmed } })),
  enrol: (community: string, door: string) => body(client.POST("/{community}/my/doors/{door}/face", { params: at(community, door) })),
  passages: (community: string, cursor?: string) =>
    body<Page<DoorPassage>>(client.GET("/{community}/my/passages", { params: { ...within(community), query: narrowed({ cursor }) } })),
};

/** What staff do at the doors of their work, as their rights and their shift are. */
export const dutyDoors = {
  all: (community: string) => body<DutyDoors>(client.GET("/{community}/duty/doors", { params: within(community) })),
  open: (community: string, door: string, key: string) =>
    body<DoorOpened>(client.POST("/{community}/duty/doors/{door}/open", { params: at(community, door), body: { key, guest: "" } })),
  code: (community: string) => body<OwnCode>(client.POST("/{community}/duty/door-code", { params: within(community) })),
  cards: (community: string) => body<Page<DoorCredential>>(client.GET("/{community}/duty/credentials", { params: within(community) })),
  step: (community: string, credential: number, step: "lost" | "found") =>
    body<DoorCredential>(client.POST("/{community}/duty/credentials/{credential}/steps", { params: { path: { community, credential } }, body: { step } })),
  pin: (community: string, duress: boolean) => body<CredentialMade>(client.POST("/{community}/duty/pin", { params: within(community), body: { duress } })),
  passages: (community: string, cursor?: string) =>
    body<Page<DoorPassage>>(client.GET("/{community}/duty/passages", { params: { ...within(community), query: narrowed({ cursor }) } })),
};

export interface RightsSought {
  person?: number;
  household?: number;
  staff?: number;
  door?: string;
  group?: string;
  source?: "desk" | "home" | "guest";
  cursor?: string;
}

export interface PassagesSought {
  door?: string;
  person?: number;
  way?: string;
  opened?: boolean;
  since?: string;
  until?: string;
  purpose?: string;
  cursor?: string;
}

/** What the desk of doors does. */
export const doorDesk = {
  all: (community: string, sought: { q?: string; kind?: string; cursor?: string; limit?: number }) =>
    body<Page<DoorLine>>(client.GET("/{community}/doors", { params: { ...within(community), query: narrowed(sought) } })),
  one: (community: string, door: string) => body<DoorShown>(client.GET("/{community}/doors/{door}", { params: at(community, door) })),
  change: (community: string, door: string, change: DoorChange) =>
    body<DoorKept>(client.PATCH("/{community}/doors/{door}", { params: at(community, door), body: change })),
  keep: (community: string, door: string, said: { mode: DoorMode; reason: string; until?: string | null }) =>
    body<DoorKept>(client.POST("/{community}/doors/{door}/mode", { params: at(community, door), body: said })),
  open: (community: string, door: string, key: string) =>
    body<DoorOpened>(client.POST("/{community}/doors/{door}/open", { params: at(community, door), body: { key, guest: "" } })),
  takeDigits: (community: string, door: string, reason: string) =>
    body<DoorShown>(client.POST("/{community}/doors/{door}/digits", { params: at(community, door), body: { reason } })),
  passages: (community: string, sought: PassagesSought) =>
    body<Page<DoorPassage>>(client.GET("/{community}/passages", { params: { ...within(community), query: narrowed(sought) } })),
  credentials: (community: string, sought: { person?: number; staff?: number; number?: string; state?: string; cursor?: string }) =>
    body<Page<DoorCredential>>(client.POST("/{community}/credentials/search", { params: within(community), body: { way: "", state: "", number: "", limit: 50, ...sought, cursor: sought.cursor ? Number(sought.cursor) : null } })),
  issue: (community: string, made: Partial<NewCredential> & Pick<NewCredential, "way">) =>
    body<CredentialMade>(client.POST("/{community}/credentials", { params: within(community), body: made as NewCredential })),
  step: (community: string, credential: number, step: CredentialStep) =>
    body<DoorCredential>(client.POST("/{community}/credentials/{credential}/steps", { params: { path: { community, credential } }, body: { step, note: "" } })),
  life: (community: string, credential: number) =>
    wholeByNumber((cursor) => body<CredentialLife>(client.GET("/{community}/credentials/{credential}/steps", { params: onwardsOf({ community, credential }, cursor) }))),
  unheard: (community: string, credential: number) => doorDesk.life(community, credential).then(({ unheard }) => unheard),
  replace: (community: string, credential: number, value: string) =>
    body<CredentialMade>(client.POST("/{community}/credentials/{credential}/replace", { params: { path: { community, credential } }, body: { value, note: "" } })),
  move: (community: string, move: { room: string; way: "in" | "out"; until?: string; reason: string }) =>
    body<S["ApprovalOut"]>(client.POST("/{community}/household-moves", { params: within(community), body: move })),
  faces: (community: string) => body<S["FacesOut"]>(client.GET("/{community}/door-faces", { params: within(community) })),
};

const EACH = 500;

/** How doors are set up: what they are, which belong together, who may pass, who may not. */
export const doorSetup = {
  add: (community: string, device: string, kept: DoorChange) =>
    body<DoorKept>(client.POST("/{community}/doors", { params: within(community), body: { ...kept, device } })),
  everyDoor: (community: string, group?: string) =>
    whole((cursor) => body<S["DoorLines"]>(client.GET("/{community}/doors", { params: { ...within(community), query: narrowed({ cursor, group, limit: EACH }) } }))).then(({ items }) => items),
  groups: (community: string) =>
    whole((cursor) => body<S["DoorGroupsOut"]>(client.GET("/{community}/door-groups", { params: { ...within(community), query: narrowed({ cursor, limit: EACH }) } }))).then(({ items }) => items),
  putGroup: (community: string, group: DoorGroupSaid) =>
    body<DoorGroup>(client.PUT("/{community}/door-groups", { params: within(community), body: group })),
  endGroup: (community: string, group: string) =>
    body(client.DELETE("/{community}/door-groups/{group}", { params: { path: { community, group } } })),
  rights: (community: string, sought: RightsSought) =>
    body<Page<DoorRight>>(client.GET("/{community}/door-rights", { params: { ...within(community), query: narrowed({ ...sought, cursor: sought.cursor ? Number(sought.cursor) : undefined }) } })),
  give: (community: string, right: DoorRightSaid) =>
    body<DoorRight>(client.POST("/{community}/door-rights", { params: within(community), body: right })),
  takeBack: (community: string, right: number) =>
    body<DoorRight>(client.DELETE("/{community}/door-rights/{right}", { params: { path: { community, right } } })),
  barred: (community: string, cursor?: number) => body<Page<DoorBarred>>(client.GET("/{community}/barred", { params: onwards(community, cursor) })),
  bar: (community: string, person: number, reason: string, until: string | null) =>
    body<DoorBarred>(client.POST("/{community}/barred", { params: within(community), body: { person, reason, until } })),
  unbar: (community: string, barred: number) =>
    body<DoorBarred>(client.DELETE("/{community}/barred/{barred}", { params: { path: { community, barred } } })),
};

/** One passage by name, and what a camera saw of it: each look has a purpose, and is remembered. */
export const passageDesk = {
  one: (community: string, passage: number, purpose: string) =>
    body<PassageShown>(client.GET("/{community}/passages/{passage}", { params: { path: { community, passage }, query: { purpose } } })),
};
