/** Where one charges, what is charging, what it costs and why: one's own, and the charging desk's. */
import { body, onwards, whole } from "./answer";
import { client } from "./client";
import type { components } from "./schema";
import type { Page } from "./types";

type S = components["schemas"];

export type ChargingSite = S["ChargingSite"];
export type ChargingPlace = S["ChargingPlace"];
export type ChargingSession = S["ChargingSession"];
export type ChargingLine = S["ChargingLine"];
export type ChargingTariff = S["ChargingTariff"];
export type OwnCharging = S["OwnCharging"];

const within = (community: string) => ({ path: { community } });
const of = (community: string, session: string) => ({ path: { community, session } });
const at = (community: string, site: string) => ({ path: { community, site } });

/** What somebody does for himself. */
export const myCharging = {
  all: (community: string) => body<OwnCharging>(client.GET("/{community}/my/charging", { params: within(community) })),
  sessions: (community: string, cursor?: string) =>
    body<Page<ChargingSession>>(
      client.GET("/{community}/my/charging/sessions", { params: { ...within(community), query: cursor ? { cursor } : {} } }),
    ),
  one: (community: string, session: string) =>
    body<ChargingSession>(client.GET("/{community}/my/charging/sessions/{session}", { params: of(community, session) })),
  start: (community: string, connector: string) =>
    body<ChargingSession>(
      client.POST("/{community}/my/charging/sessions", { params: within(community), body: { connector, wants_wh: 0 } }),
    ),
  stop: (community: string, session: string) =>
    body<ChargingSession>(client.POST("/{community}/my/charging/sessions/{session}/stop", { params: of(community, session) })),
  keep: (community: string, connector: string) =>
    body<S["ChargingKept"]>(client.PUT("/{community}/my/charging/reservation", { params: within(community), body: { connector } })),
  free: (community: string) => body<unknown>(client.DELETE("/{community}/my/charging/reservation", { params: within(community) })),
  buy: (community: string, site: string, id: string) =>
    body<S["ChargingBought"]>(client.POST("/{community}/my/charging/packages", { params: within(community), body: { site, package: id } })),
  giveBack: (community: string, id: number) =>
    body<S["ChargingBought"]>(
      client.POST("/{community}/my/charging/packages/{package}/refund", { params: { path: { community, package: id } } }),
    ),
};

/** What the charging desk does. */
export const charging = {
  sites: (community: string) => whole((cursor) => body<S["ChargingSites"]>(client.GET("/{community}/charging/sites", { params: onwards(community, cursor) }))),
  change: (community: string, site: string, change: { limit_a?: number; open?: boolean }) =>
    body<ChargingSite>(client.PATCH("/{community}/charging/sites/{site}", { params: at(community, site), body: change })),
  sessions: (community: string, query: { state?: string; site?: string; cursor?: string }) =>
    body<Page<ChargingSession>>(client.GET("/{community}/charging/sessions", { params: { ...within(community), query } })),
  one: (community: string, session: string) =>
    body<ChargingSession>(client.GET("/{community}/charging/sessions/{session}", { params: of(community, session) })),
  stop: (community: string, session: string) =>
    body<ChargingSession>(client.POST("/{community}/charging/sessions/{session}/stop", { params: of(community, session) })),
};
