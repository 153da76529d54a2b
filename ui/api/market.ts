/** Third parties: who is let in, what they may, what they did; and what a resident agreed to. */
import { body, narrowed, onwards, wholeByNumber } from "./answer";
import { client } from "./client";
import type { components } from "./schema";
import type { Page, Words } from "./types";

export interface Scope {
  id: string;
  name: Words;
}

export type PartyState = "waiting" | "reviewed" | "allowed" | "refused" | "suspended";

export interface Party {
  id: number;
  name: string;
  home: string;
  words: string;
  state: PartyState;
  wanted: Scope[];
  scopes: Scope[];
  place: string;
  calls_a_day: number;
  /** What a thousand calls cost. */
  price_fen: number;
  version: number;
  reason: string;
  /** Its secret was renewed, and the one before is good until then. */
  former_until: string | null;
  registered_at: string;
  reviewed_by: string;
  /** Then another lets it in, or does not. */
  reviewed_by_me: boolean;
  reviewed_at: string | null;
  decided_by: string;
  decided_at: string | null;
}

export interface Deed {
  at: string;
  /** The call as it was made: `POST /hml/cases`. */
  act: string;
  status: number;
  words: Words;
  case: { id: number; number: string; kind_name: Words } | null;
  name: string;
}

export interface Webhook {
  id: number;
  url: string;
  topics: string[];
  told_at: string | null;
  paused_at: string | null;
  reason: string;
  waiting: number;
}

export interface Delivery {
  id: number;
  fact: string;
  topic: string;
  at: string;
  state: string;
  tries: number;
  next_at: string;
  done_at: string | null;
  status: number | null;
  reason: string;
}

export interface PartyDetail {
  party: Party;
  contact: string;
  client: string;
  agreed: number;
  usage: { day: string; calls: number; refused: number; told: number; cost_fen: number }[];
  deeds: Deed[];
  webhooks: Webhook[];
}

export interface Offer {
  id: number;
  name: string;
  home: string;
  words: string;
  scopes: Scope[];
  agreed: Scope[] | null;
  agreed_at: string | null;
  deeds: Deed[];
}

export interface Asking {
  id: number;
  name: string;
  home: string;
  words: string;
  scopes: Scope[];
  /** Scopes that the reader does not hold himself. */
  beyond: Scope[];
  back: string;
  agreed: boolean;
}

export interface Terms {
  scopes: string[];
  place: string;
  calls_a_day: number;
  price_fen: number;
}

/** A new secret, told once. */
export interface NewSecret {
  client_id: string;
  client_secret: string;
  former_until: string | null;
}

/** What a third party owes for a month; `due_fen` is left after the entries, below nought what goes back. */
export interface Statement {
  id: number;
  party: number;
  party_name: string;
  month: string;
  calls: number;
  lines: { price_fen: number; calls: number; fen: number }[];
  fen: number;
  corrected_fen: number;
  due_fen: number;
  receipts: string[];
  closed_at: string;
  entries: { kind: "correction" | "payment"; fen: number; receipt: string; reason: string; at: string }[];
}

const one = (community: string, party: number) => ({ path: { community, party } });

export const market = {
  parties: (community: string, query: { state?: string; cursor?: string } = {}) =>
    body<Page<Party>>(client.GET("/{community}/third-parties", { params: { path: { community }, query: narrowed(query) } })),
  party: (community: string, party: number) =>
    body<PartyDetail>(client.GET("/{community}/third-parties/{party}", { params: one(community, party) })),
  review: (community: string, party: number, terms: Terms) =>
    body<Party>(client.POST("/{community}/third-parties/{party}/review", { params: one(community, party), body: terms })),
  allow: (community: string, party: number, version: number) =>
    body<Party>(client.POST("/{community}/third-parties/{party}/allow", { params: one(community, party), body: { version, reason: "" } })),
  refuse: (community: string, party: number, version: number, reason: string) =>
    body<Party>(client.POST("/{community}/third-parties/{party}/refuse", { params: one(community, party), body: { version, reason } })),
  suspend: (community: string, party: number, reason: string) =>
    body<Party>(client.POST("/{community}/third-parties/{party}/suspend", { params: one(community, party), body: { reason } })),
  /** `overlap` is for how many hours the secret before is good beside the new one; 0 ends it at once. */
  renew: (community: string, party: number, overlap: number) =>
    body<NewSecret>(client.POST("/{community}/third-parties/{party}/secret", { params: one(community, party), body: { overlap_h: overlap } })),
  statements: (community: string, party?: number, cursor?: number) =>
    body<Page<Statement>>(client.GET("/{community}/statements", { params: { path: { community }, query: narrowed({ party, cursor, limit: 24 }) } })),
  statementList: (community: string) => body<Blob>(client.GET("/{community}/statements.csv", { params: { path: { community } }, parseAs: "blob" })),
  correct: (community: string, statement: number, wish: { fen: number; due_fen: number; reason: string }) =>
    body<Statement>(client.POST("/{community}/statements/{statement}/corrections", { params: { path: { community, statement } }, body: wish })),
  pay: (community: string, statement: number, wish: { due_fen: number; receipt: string; way: "bank" | "cash" }) =>
    body<Statement & { approval: number | null }>(client.POST("/{community}/statements/{statement}/payments", { params: { path: { community, statement } }, body: wish })),
  resume: (community: string, party: number, webhook: number) =>
    body<Webhook>(
      client.POST("/{community}/third-parties/{party}/webhooks/{webhook}/resume", { params: { path: { community, party, webhook } } }),
    ),
  deliveries: (community: string, party: number, webhook: number, cursor?: string) =>
    body<Page<Delivery>>(
      client.GET("/{community}/third-parties/{party}/webhooks/{webhook}/deliveries", {
        params: { path: { community, party, webhook }, query: narrowed({ cursor, limit: 20 }) },
      }),
    ),
  replay: (community: string, party: number, webhook: number, delivery: number) =>
    body<Delivery>(
      client.POST("/{community}/third-parties/{party}/webhooks/{webhook}/deliveries/{delivery}/replay", {
        params: { path: { community, party, webhook, delivery } },
      }),
    ),
  offers: (community: string) =>
    wholeByNumber((cursor) => body<components["schemas"]["OffersOut"]>(client.GET("/{community}/market", { params: onwards(community, cursor) }))).then(({ items }) => items.toSorted((one, other) => one.name.localeCompare(other.name))),
  withdraw: (community: string, party: number) =>
    body<unknown>(client.DELETE("/{community}/agreements/{party}", { params: one(community, party) })),
  /** What a service asks, by the query that it sent the reader here with. */
  asking: (community: string, query: string) => body<Asking>(client.GET("/{community}/agree", { params: { path: { community } }, querySerializer: () => query })),
  agree: (community: string, query: string, agrees: boolean) =>
    body<{ location: string }>(
      client.POST("/{community}/agree", { params: { path: { community } }, querySerializer: () => query, body: { agrees } }),
    ),
};
