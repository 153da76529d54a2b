/** Guests of a home, calls from its door, the gate desk, and the page of the guest himself. */
import { body, narrowed, onwards, wholeByNumber } from "./answer";
import { client } from "./client";
import type { components } from "./schema";
import type { Page } from "./types";

type S = components["schemas"];

export type Visit = S["VisitOut"];
/** A visit to one's own home, with what the host may hand on himself. */
export type OwnVisit = S["OwnVisitOut"];
export type VisitWish = S["VisitIn"];
export type VisitKind = S["VisitKindOut"];
export type MyHomes = S["MyHomesOut"];
/** Somebody came to see a home in which nobody lives. */
export type UnheardWish = S["UnheardOut"];
export type DoorCall = S["CallOut"];
export type DoorCalls = S["CallsOut"];
/** What whoever answered may have the door say and show. */
export type DoorPhrase = S["PhraseOut"];
/** The answer to an offer to talk: whether the door is heard, and can be spoken to. */
export type TalkAnswer = S["TalkOut"];
export type GuestPass = S["GuestPassOut"];

const within = (community: string) => ({ path: { community } });
const one = (community: string, id: number) => ({ path: { community, id } });

/** What somebody does for his own home. */
export const myVisits = {
  homes: (community: string) => body<MyHomes>(client.GET("/{community}/my/homes", { params: within(community) })),
  all: (community: string, cursor?: number) =>
    body<Page<Visit>>(client.GET("/{community}/my/visits", { params: { ...within(community), query: cursor ? { cursor } : {} } })),
  one: (community: string, id: number) => body<OwnVisit>(client.GET("/{community}/my/visits/{id}", { params: one(community, id) })),
  invite: (community: string, wish: VisitWish) =>
    body<OwnVisit>(client.POST("/{community}/my/visits", { params: within(community), body: wish })),
  withdraw: (community: string, id: number) =>
    body<OwnVisit>(client.POST("/{community}/my/visits/{id}/withdraw", { params: one(community, id) })),
  newLink: (community: string, id: number) =>
    body<OwnVisit>(client.POST("/{community}/my/visits/{id}/link", { params: one(community, id) })),
  setTell: (community: string, id: number, tell: boolean) =>
    body<OwnVisit>(client.PUT("/{community}/my/visits/{id}/tell", { params: one(community, id), body: { tell } })),
  answer: (community: string, id: number, agreed: boolean) =>
    body<OwnVisit>(client.POST("/{community}/my/visits/{id}/answer", { params: one(community, id), body: { agreed } })),
};

export type CallAct = "answer" | "open" | "refuse";

/** Calls as one side deals with them: at home, or at the gate desk. */
export interface CallSide {
  all: (community: string, cursor?: number) => Promise<DoorCalls>;
  act: (community: string, id: number, act: CallAct) => Promise<DoorCall>;
  picture: (community: string, id: number, sdp: string) => Promise<{ sdp: string }>;
  talk: (community: string, id: number, sdp: string) => Promise<TalkAnswer>;
  say: (community: string, id: number, phrase: string) => Promise<DoorCall>;
}

const HOME = { answer: "/{community}/my/calls/{id}/answer", open: "/{community}/my/calls/{id}/open", refuse: "/{community}/my/calls/{id}/refuse" } as const;
const DESK = { answer: "/{community}/calls/{id}/answer", open: "/{community}/calls/{id}/open", refuse: "/{community}/calls/{id}/refuse" } as const;

/** Calls to one's own home, or, as `Linli-For` says, to the home of a ward for whom one is guardian. */
const atHome = (headers: Record<string, string>): CallSide => ({
  all: (community, cursor) => body(client.GET("/{community}/my/calls", { params: onwards(community, cursor), headers })),
  act: (community, id, act) => body(client.POST(HOME[act], { params: one(community, id), headers })),
  picture: (community, id, sdp) =>
    body(client.POST("/{community}/my/calls/{id}/picture", { params: one(community, id), body: { sdp }, headers })),
  talk: (community, id, sdp) => body(client.POST("/{community}/my/calls/{id}/talk", { params: one(community, id), body: { sdp }, headers })),
  say: (community, id, phrase) => body(client.POST("/{community}/my/calls/{id}/say", { params: one(community, id), body: { phrase }, headers })),
});

export const myCalls: CallSide = atHome({});
/** The calls of a ward (`person:12`), seen and answered in his place. */
export const callsOf = (ward: string): CallSide => atHome({ "Linli-For": ward });

export const deskCalls: CallSide = {
  all: (community, cursor) => body(client.GET("/{community}/calls", { params: onwards(community, cursor) })),
  act: (community, id, act) => body(client.POST(DESK[act], { params: one(community, id) })),
  picture: (community, id, sdp) =>
    body(client.POST("/{community}/calls/{id}/picture", { params: one(community, id), body: { sdp } })),
  talk: (community, id, sdp) => body(client.POST("/{community}/calls/{id}/talk", { params: one(community, id), body: { sdp } })),
  say: (community, id, phrase) => body(client.POST("/{community}/calls/{id}/say", { params: one(community, id), body: { phrase } })),
};

const NOTHING_SOUGHT = { state: "" as const, place: "", phone: "", plate: "", limit: 50 };

export interface VisitsSought {
  day?: string;
  state?: "" | "asked" | "expected" | "refused" | "withdrawn" | "over";
  phone?: string;
  plate?: string;
}

export const gateDesk = {
  visits: (community: string, sought: VisitsSought, cursor?: number) =>
    body<Page<Visit>>(client.POST("/{community}/visits/search", { params: within(community), body: { ...NOTHING_SOUGHT, ...sought, ...(cursor ? { cursor } : {}) } })),
  look: (community: string, id: number, purpose: string) =>
    body<Visit>(client.GET("/{community}/visits/{id}", { params: { ...one(community, id), query: { purpose } } })),
  walkIn: (community: string, place: string, guest: S["GuestIn"]) =>
    body<Visit>(client.POST("/{community}/visits/walk-ins", { params: within(community), body: { place, guest } })),
  decide: (community: string, id: number, agreed: boolean, why: string) =>
    body<Visit>(client.POST("/{community}/visits/{id}/decide", { params: one(community, id), body: { agreed, why } })),
  withdraw: (community: string, id: number) =>
    body<Visit>(client.POST("/{community}/visits/{id}/withdraw", { params: one(community, id) })),
  unheard: (community: string) => wholeByNumber((cursor) => body<S["UnheardsOut"]>(client.GET("/{community}/visits/unheard", { params: onwards(community, cursor) }))).then(({ items }) => ({ items })),
  attend: (community: string, id: number) =>
    body<UnheardWish>(client.POST("/{community}/visits/unheard/{id}/attend", { params: one(community, id) })),
};

/** Without an account: whoever has the address. `ahead` are codes for a place without a line. */
export const guestPass = (link: string, ahead = 0) =>
  body<GuestPass>(client.GET("/guest/{link}", { params: { path: { link }, query: narrowed({ ahead }) } }));
