/** Where one charges, what is charging, what it costs and why: one's own, and the charging desk's. */
import { body, intention, onwards, onwardsOf, whole, wholeByNumber } from "./answer";
import { client } from "./client";
import type { components } from "./schema";
import type { Page } from "./types";

type S = components["schemas"];

export type ChargingSite = S["ChargingSite"];
export type ChargingPlace = S["ChargingPlace"];
export type ChargingSession = S["ChargingSession"];
export type ChargingLine = S["ChargingLine"];
export type ChargingTariff = S["ChargingTariff"];
export type ChargingSiteSaid = S["ChargingSiteIn"];
export type ChargingFeeder = S["ChargingFed"];
export type ChargingConnectorSaid = S["ChargingConnectorIn"];
export type ChargingWhyClosed = S["ChargingClosed"]["why"];
export type ChargingPlate = S["ChargingOwnPlate"];
export type OwnCharging = S["OwnCharging"];
export type OwnChargingSite = S["OwnChargingSite"];

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
  /** `by`: so much is wanted by then; without it there is no hurry. */
  start: (community: string, connector: string, by: { wants_wh: number; done_by: string } | null = null) =>
    body<ChargingSession>(
      client.POST("/{community}/my/charging/sessions", { params: within(community), body: { connector, wants_wh: 0, ...by } }),
    ),
  stop: (community: string, session: string) =>
    body<ChargingSession>(client.POST("/{community}/my/charging/sessions/{session}/stop", { params: of(community, session) })),
  keep: (community: string, connector: string) =>
    body<S["ChargingKept"]>(client.PUT("/{community}/my/charging/reservation", { params: within(community), body: { connector } })),
  free: (community: string) => body<unknown>(client.DELETE("/{community}/my/charging/reservation", { params: within(community) })),
  code: (community: string) => body<S["ChargingCode"]>(client.POST("/{community}/my/charging/code", { params: within(community) })),
  plates: (community: string) => body<S["ChargingOwnPlates"]>(client.GET("/{community}/my/charging/plates", { params: within(community) })),
  setPlate: (community: string, plate: string, on: boolean) =>
    body<ChargingPlate>(client.PUT("/{community}/my/charging/plates", { params: within(community), body: { plate, on } })),
  setVin: (community: string, plate: string, vin: string) =>
    body<ChargingPlate>(client.PUT("/{community}/my/charging/vins", { params: within(community), body: { plate, vin } })),
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
  addSite: (community: string, said: ChargingSiteSaid) =>
    body<ChargingSite>(client.POST("/{community}/charging/sites", { params: within(community), body: said })),
  addConnector: (community: string, site: string, said: ChargingConnectorSaid) =>
    body<ChargingSite>(client.POST("/{community}/charging/sites/{site}/connectors", { params: at(community, site), body: said })),
  setCamera: (community: string, site: string, connector: string, said: S["ChargingCameraIn"]) =>
    body<ChargingSite>(
      client.PUT("/{community}/charging/sites/{site}/connectors/{connector}/camera", { params: { path: { community, site, connector } }, body: said }),
    ),
  /** A page to print: a sticker with a QR code for each place of a site. */
  stickersUrl: (community: string, site: string) => `/api/v1/${community}/charging/sites/${encodeURIComponent(site)}/stickers`,
  change: (community: string, site: string, change: S["ChargingSiteChange"]) =>
    body<ChargingSite>(client.PATCH("/{community}/charging/sites/{site}", { params: at(community, site), body: change })),
  feeders: (community: string) => whole((cursor) => body<S["ChargingFeeders"]>(client.GET("/{community}/charging/feeders", { params: onwards(community, cursor) }))),
  addFeeder: (community: string, said: S["ChargingFeederIn"]) =>
    body<ChargingFeeder>(client.POST("/{community}/charging/feeders", { params: within(community), body: said })),
  changeFeeder: (community: string, feeder: string, change: S["ChargingFeederChange"]) =>
    body<ChargingFeeder>(client.PATCH("/{community}/charging/feeders/{feeder}", { params: { path: { community, feeder } }, body: change })),
  close: (community: string, site: string, closing: S["ChargingClosingIn"]) =>
    body<ChargingSite>(client.PUT("/{community}/charging/sites/{site}/closing", { params: at(community, site), body: closing })),
  open: (community: string, site: string) =>
    body<ChargingSite>(client.DELETE("/{community}/charging/sites/{site}/closing", { params: at(community, site) })),
  sessions: (community: string, query: { state?: string; site?: string; cursor?: string }) =>
    body<Page<ChargingSession>>(client.GET("/{community}/charging/sessions", { params: { ...within(community), query } })),
  one: (community: string, session: string) =>
    body<ChargingSession>(client.GET("/{community}/charging/sessions/{session}", { params: of(community, session) })),
  stop: (community: string, session: string) =>
    body<ChargingSession>(client.POST("/{community}/charging/sessions/{session}/stop", { params: of(community, session) })),
  refund: (community: string, session: string, fen: number, reason: string, key = intention()) =>
    body<S["ChargingRefundAsked"]>(
      client.POST("/{community}/charging/sessions/{session}/refund", { params: of(community, session), body: { fen, reason, key } }),
    ),
};

/** What a site charges; a change takes a second person. */
export const chargingTariffs = {
  begin: (community: string) => body<S["ChargingCatalogue"]>(client.GET("/{community}/charging/tariffs", { params: within(community) })),
  of: (community: string, site: string) => wholeByNumber((cursor) => body<S["ChargingTariffs"]>(client.GET("/{community}/charging/sites/{site}/tariffs", { params: onwardsOf({ community, site }, cursor) }))),
  look: (community: string, site: string, text: string, from_at: string) =>
    body<S["TariffAsked"]>(client.POST("/{community}/tariffs/look", { params: within(community), body: { of: "charging", where: site, text, from_at, reason: "" } })),
  propose: (community: string, site: string, text: string, from_at: string, reason: string) =>
    body<S["TariffAsked"]>(client.POST("/{community}/tariffs", { params: within(community), body: { of: "charging", where: site, text, from_at, reason } })),
};
