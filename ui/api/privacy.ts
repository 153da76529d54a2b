/** One's own data: what is held, who looked, what one agreed to; and the desk that answers. */
import { body, narrowed } from "./answer";
import { client } from "./client";
import type { components } from "./schema";
import type { Page } from "./types";

type S = components["schemas"];
export type Privacy = S["PrivacyOut"];
export type HeldRecord = S["HeldOut"];
export type HeldField = S["HeldFieldOut"];
export type Consent = S["ConsentOut"];
/** What somebody said at the desk, and how he stands then. */
export type DeskConsents = S["DeskConsents"];
export type DeskConsent = S["DeskConsentIn"];
export type Look = S["LookOut"];
/** What a guardian did in one's place. */
export type WardDeed = S["WardDeed"];
/** For whom one may act as guardian, and with which permissions. */
export type Wards = S["Wards"];
export type PrivacyRequest = S["PrivacyRequestOut"];
export type Assessment = S["AssessmentOut"];

const at = (community: string) => ({ path: { community } });

export const privacy = {
  atDesk: (community: string, person: number) =>
    body<DeskConsents>(client.GET("/{community}/people/{id}/consents", { params: { path: { community, id: person } } })),
  recordAtDesk: (community: string, person: number, purpose: string, said: DeskConsent) =>
    body<DeskConsents>(client.PUT("/{community}/people/{id}/consents/{purpose}", { params: { path: { community, id: person, purpose } }, body: said })),
  mine: (community: string, subject = "") =>
    body<Privacy>(client.GET("/{community}/me/privacy", { params: { ...at(community), query: narrowed({ subject }) } })),
  wards: (community: string) => body<Wards>(client.GET("/{community}/me/wards", { params: at(community) })),
  /** Be guardian of somebody no more. */
  layDown: (community: string, ward: string) => body<void>(client.DELETE("/{community}/me/wards/{ward}", { params: { path: { community, ward } } })),
  looks: (community: string, subject: string, cursor?: string) =>
    body<Page<Look>>(client.GET("/{community}/me/privacy/looks", { params: { ...at(community), query: narrowed({ subject, cursor }) } })),
  deeds: (community: string, subject: string, cursor?: string) =>
    body<Page<WardDeed>>(client.GET("/{community}/me/privacy/deeds", { params: { ...at(community), query: narrowed({ subject, cursor }) } })),
  download: (community: string, subject = "") =>
    body<Privacy>(client.GET("/{community}/me/privacy/download", { params: { ...at(community), query: narrowed({ subject }) } })),
  /** Agree to a purpose, or withdraw; a sensitive one is confirmed. */
  say: (community: string, purpose: string, said: { given: boolean; confirmed?: boolean; subject?: string }) =>
    body<unknown>(
      client.PUT("/{community}/me/consents/{purpose}", {
        params: { path: { community, purpose } },
        body: { confirmed: false, subject: "", ...said },
      }),
    ),
  ask: (community: string, asked: { kind: "correction" | "erasure"; field?: string; wanted?: string; subject?: string }) =>
    body<PrivacyRequest>(
      client.POST("/{community}/me/requests", {
        params: at(community),
        body: { field: "", wanted: "", subject: "", ...asked },
      }),
    ),
  requests: (community: string, cursor?: number) =>
    body<Page<PrivacyRequest>>(
      client.GET("/{community}/privacy/requests", { params: { ...at(community), query: narrowed({ cursor }) } }),
    ),
  assessments: (community: string, cursor?: number) =>
    body<Page<Assessment>>(client.GET("/{community}/privacy/assessments", { params: { ...at(community), query: narrowed({ cursor }) } })),
  assess: (community: string, said: { title: string; purpose: string; risks: string; measures: string }) =>
    body<Assessment>(client.POST("/{community}/privacy/assessments", { params: at(community), body: said })),
  decide: (community: string, id: number, accept: boolean, reason: string) =>
    body<PrivacyRequest>(
      client.POST("/{community}/privacy/requests/{id}/decide", {
        params: { path: { community, id } },
        body: { accept, reason },
      }),
    ),
};
