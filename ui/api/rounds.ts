/** Guard tours, calls for help, and one's own home. */
import { body, latest, narrowed, onwards, whole } from "./answer";
import { client } from "./client";
import type { components } from "./schema";
import type { Page } from "./types";

type S = components["schemas"];

export type Tour = S["TourOut"];
export type TourPoint = S["TourPointOut"];
export type TourScan = S["TourScanIn"];
export type TourScanned = S["TourScanOut"];
export type TourRoute = S["TourRouteOut"];
export type TourRouteWish = S["TourRouteIn"];
export type TourSpot = S["TourSpotOut"];
export type TourCode = S["TourCodeOut"];
export type TourBeacon = S["TourBeacon"];
export type TourBadge = S["TourBadgeOut"];
export type OwnTours = S["OwnTours"];
export type TourCount = S["TourStatisticsLine"];
export type Sos = S["SosOut"];
export type SosLine = S["SosLine"];
export type SosSpot = S["SosSpot"];
export type SosRungWish = S["SosRung"];
export type SosTree = S["SosTreeOut"];
export type SosTreeWish = S["SosTreeIn"];
export type SosTreeSeen = S["SosTreeSeen"];
export type OwnHome = S["OwnHomeOut"];
export type HomeMode = "home" | "away" | "night";

const within = (community: string) => ({ path: { community } });

export const tours = {
  day: (community: string, day: string) =>
    whole((cursor) => body<S["Tours"]>(client.GET("/{community}/tours", { params: { ...within(community), query: narrowed({ day, cursor }) } }))),
  one: (community: string, tour: number) => body<Tour>(client.GET("/{community}/tours/{tour}", { params: { path: { community, tour } } })),
  mine: (community: string) => body<S["OwnTours"]>(client.GET("/{community}/tours/mine", { params: within(community) })),
  take: (community: string, tour: number) => body<Tour>(client.POST("/{community}/tours/{tour}/take", { params: { path: { community, tour } } })),
  tell: (community: string, scans: TourScan[], signal?: AbortSignal) =>
    body<{ items: TourScanned[] }>(
      client.POST("/{community}/tours/scans", { params: within(community), body: { phone_at: new Date().toISOString(), scans }, signal }),
    ),
  routes: (community: string) => whole((cursor) => body<S["TourRoutes"]>(client.GET("/{community}/tours/routes", { params: onwards(community, cursor) }))),
  putRoute: (community: string, code: string, route: TourRouteWish) =>
    body<TourRoute>(client.PUT("/{community}/tours/routes/{code}", { params: { path: { community, code } }, body: route })),
  putPoint: (community: string, code: string, point: S["TourSpotIn"]) =>
    body<TourSpot>(client.PUT("/{community}/tours/points/{code}", { params: { path: { community, code } }, body: point })),
  points: (community: string) => whole((cursor) => body<S["TourSpots"]>(client.GET("/{community}/tours/points", { params: onwards(community, cursor) }))),
  code: (community: string, code: string) => body<TourCode>(client.GET("/{community}/tours/points/{code}/code", { params: { path: { community, code } } })),
  reprint: (community: string, code: string) =>
    body<TourCode>(client.POST("/{community}/tours/points/{code}/reprint", { params: { path: { community, code } } })),
  /** Say which tag by NFC hangs there; empty: whichever. */
  putSerial: (community: string, code: string, serial: string) =>
    body<TourSpot>(client.PUT("/{community}/tours/points/{code}/serial", { params: { path: { community, code } }, body: { serial } })),
  badges: (community: string) => whole((cursor) => body<S["TourBadges"]>(client.GET("/{community}/tours/badges", { params: onwards(community, cursor) }))),
  putBadge: (community: string, staff: string, badge: { beacon: string; reader: string }) =>
    body<unknown>(client.PUT("/{community}/tours/badges/{staff}", { params: { path: { community, staff } }, body: badge })),
  counts: (community: string, since: string, until: string) =>
    body<{ items: TourCount[] }>(client.GET("/{community}/tours/statistics", { params: { ...within(community), query: { since, until } } })),
};

export type SosAct = "answer" | "hand-on" | "arrive";
const ACTS = {
  answer: "/{community}/sos/{call}/answer",
  "hand-on": "/{community}/sos/{call}/hand-on",
  arrive: "/{community}/sos/{call}/arrive",
} as const;

export const sos = {
  /** All that is open, and the last of what is over; by the cursor of it, what is over longer. */
  board: async (community: string, from?: string): Promise<Page<Sos>> => {
    const read = (cursor?: string) => body<S["SosPage"]>(client.GET("/{community}/sos", { params: onwards(community, cursor) }));
    let page = await read(from);
    const items = [...page.items];
    while (page.next?.startsWith("open.")) {
      page = await read(page.next);
      items.push(...page.items);
    }
    return { items: latest(items), next: page.next };
  },
  one: (community: string, call: number) => body<Sos>(client.GET("/{community}/sos/{call}", { params: { path: { community, call } } })),
  /** The lines of its record before those that a call bears, the newest first. */
  record: (community: string, call: number, cursor: number) =>
    body<S["SosRecord"]>(client.GET("/{community}/sos/{call}/record", { params: { path: { community, call }, query: { cursor } } })),
  mine: (community: string) => body<S["SosMine"]>(client.GET("/{community}/my/sos", { params: within(community) })),
  call: (community: string, wish: S["SosIn"]) => body<Sos>(client.POST("/{community}/my/sos", { params: within(community), body: wish })),
  cancel: (community: string, call: number) => body<Sos>(client.POST("/{community}/my/sos/{call}/cancel", { params: { path: { community, call } } })),
  /** Say where one really is; `position` counts elsewhere in the estate alone. */
  move: (community: string, call: number, wish: S["SosPlaceIn"]) =>
    body<Sos>(client.PUT("/{community}/my/sos/{call}/place", { params: { path: { community, call } }, body: wish })),
  /** Offer to see the nearest camera live. */
  look: (community: string, call: number, sdp: string) =>
    body<S["SosPictureOut"]>(client.POST("/{community}/sos/{call}/picture", { params: { path: { community, call } }, body: { sdp } })),
  act: (community: string, call: number, act: SosAct) => body<Sos>(client.POST(ACTS[act], { params: { path: { community, call } } })),
  close: (community: string, call: number, outcome: S["SosCloseIn"]["outcome"], note: string) =>
    body<Sos>(client.POST("/{community}/sos/{call}/close", { params: { path: { community, call } }, body: { outcome, note } })),
  test: (community: string, key: string, place: string) =>
    body<Sos>(client.POST("/{community}/sos/tests", { params: within(community), body: { key, place } })),
  trees: (community: string) => whole((cursor) => body<S["SosTrees"]>(client.GET("/{community}/sos/trees", { params: onwards(community, cursor) }))),
  putTree: (community: string, tree: SosTreeWish) =>
    body<SosTree>(client.PUT("/{community}/sos/trees", { params: within(community), body: tree })),
  lookAtTree: (community: string, tree: SosTreeWish) =>
    body<SosTreeSeen>(client.POST("/{community}/sos/trees/look", { params: within(community), body: tree })),
};

export const myHome = {
  all: (community: string) => body<{ items: OwnHome[] }>(client.GET("/{community}/my/home", { params: within(community) })),
  setMode: (community: string, place: string, mode: HomeMode) =>
    body<S["HomeModeOut"]>(client.PUT("/{community}/my/home/mode", { params: within(community), body: { place, mode } })),
  shut: (community: string, place: string, device: string, key: string) =>
    body<S["HomeShutOut"]>(client.POST("/{community}/my/home/shut", { params: within(community), body: { place, device, key } })),
};
