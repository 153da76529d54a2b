/** Doors: the desk of doors, and a resident's own. */
import { body, narrowed } from "./answer";
import { client } from "./client";
import type { components } from "./schema";
import type { Page } from "./types";

type S = components["schemas"];

export type DoorLine = S["DoorLine"];
export type DoorShown = S["DoorShown"];
export type DoorPassage = S["PassageOut"];
export type DoorCredential = S["DoorCredential"];
export type DoorRight = S["DoorRight"];
export type DoorOpened = S["DoorOpened"];
export type OwnDoor = S["OwnDoor"];
export type OwnWays = S["OwnWays"];
export type NewCredential = S["CredentialIn"];
export type CredentialMade = S["CredentialMade"];
export type CredentialStep = S["CredentialStepIn"]["step"];

const within = (community: string) => ({ path: { community } });
const at = (community: string, door: string) => ({ path: { community, door } });

/** What a resident does at his own doors. */
export const myDoors = {
  all: (community: string) => body<Page<OwnDoor>>(client.GET("/{community}/my/doors", { params: within(community) })),
  open: (community: string, door: string, key: string) =>
    body<DoorOpened>(client.POST("/{community}/my/doors/{door}/open", { params: at(community, door), body: { key, guest: "" } })),
  code: (community: string) => body<S["OwnCode"]>(client.POST("/{community}/my/door-code", { params: within(community) })),
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
  all: (community: string, sought: { q?: string; kind?: string; cursor?: string }) =>
    body<Page<DoorLine>>(client.GET("/{community}/doors", { params: { ...within(community), query: narrowed(sought) } })),
  one: (community: string, door: string) => body<DoorShown>(client.GET("/{community}/doors/{door}", { params: at(community, door) })),
  change: (community: string, door: string, change: { mode: "normal" | "free" | "shut" | "off" }) =>
    body<DoorShown>(client.PATCH("/{community}/doors/{door}", { params: at(community, door), body: change })),
  open: (community: string, door: string, key: string) =>
    body<DoorOpened>(client.POST("/{community}/doors/{door}/open", { params: at(community, door), body: { key, guest: "" } })),
  passages: (community: string, sought: PassagesSought) =>
    body<Page<DoorPassage>>(client.GET("/{community}/passages", { params: { ...within(community), query: narrowed(sought) } })),
  credentials: (community: string, sought: { person?: number; number?: string; state?: string; cursor?: number }) =>
    body<Page<DoorCredential>>(client.GET("/{community}/credentials", { params: { ...within(community), query: narrowed(sought) } })),
  issue: (community: string, made: Partial<NewCredential> & Pick<NewCredential, "way">) =>
    body<CredentialMade>(client.POST("/{community}/credentials", { params: within(community), body: made as NewCredential })),
  step: (community: string, credential: number, step: CredentialStep) =>
    body<DoorCredential>(client.POST("/{community}/credentials/{credential}/steps", { params: { path: { community, credential } }, body: { step, note: "" } })),
  unheard: (community: string, credential: number) =>
    body<S["CredentialLife"]>(client.GET("/{community}/credentials/{credential}/steps", { params: { path: { community, credential } } })).then(({ unheard }) => unheard),
  replace: (community: string, credential: number, value: string) =>
    body<CredentialMade>(client.POST("/{community}/credentials/{credential}/replace", { params: { path: { community, credential } }, body: { value, note: "" } })),
  move: (community: string, move: { room: string; way: "in" | "out"; until?: string; reason: string }) =>
    body<S["ApprovalOut"]>(client.POST("/{community}/household-moves", { params: within(community), body: move })),
  faces: (community: string) => body<S["FacesOut"]>(client.GET("/{community}/door-faces", { params: within(community) })),
};
