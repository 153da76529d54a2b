/** How lots are kept and what they charge; who parks by the month or stands on a list; coupons of shops. */
import { body, narrowed, onwards, onwardsOf, whole } from "./answer";
import { client } from "./client";
import type { components } from "./schema";
import type { Page } from "./types";

type S = components["schemas"];

export type LotSaid = S["LotIn"];
export type LotAreaSaid = S["LotAreaIn"];
export type LaneSaid = S["LaneIn"];
export type BaySaid = S["BayIn"];
export type ParkingBay = S["BayOut"];
export type ParkingArea = S["AreaOut"];
export type ParkingZone = S["ZoneOut"];
export type ZoneSaid = S["ZoneIn"];
export type ParkingBooth = S["BoothOut"];
export type BoothShift = S["BoothShiftOut"];
export type OwnBoothShifts = S["OwnBoothShifts"];
export type TariffVersion = S["TariffVersion"];
export type TariffTerms = S["TariffTerms"];
export type FeeTrial = S["FeeTrial"];
export type TariffAsked = S["TariffAsked"];
export type ParkingPermit = S["PermitOut"];
export type PermitSaid = S["PermitIn"];
export type PermitReceipt = S["PermitReceipt"];
export type PlateWish = S["PlateWishOut"];
export type PlateWishShown = S["PlateWishShown"];
export type PlateWishSaid = S["PlateWishIn"];
export type OwnPlateWishes = S["OwnPlateWishes"];
export type ListedCar = S["ListedOut"];
export type ListedSaid = S["ListedIn"];
export type ParkingCoupon = S["CouponOut"];
export type CouponSaid = S["CouponIn"];
export type CouponShop = S["CouponShop"];
export type OwnCoupons = S["OwnCoupons"];

const within = (community: string) => ({ path: { community } });

/** Lots, their parts and lanes, and where no car may stand. */
export const parkingSetup = {
  setLot: (community: string, lot: string, said: LotSaid) =>
    body<S["LotKept"]>(client.PUT("/{community}/parking/lots/{lot}", { params: { path: { community, lot } }, body: said })),
  setArea: (community: string, lot: string, area: string, said: LotAreaSaid) =>
    body<S["KeptOut"]>(client.PUT("/{community}/parking/lots/{lot}/areas/{area}", { params: { path: { community, lot, area } }, body: said })),
  setLane: (community: string, lane: string, said: LaneSaid) =>
    body<S["KeptOut"]>(client.PUT("/{community}/parking/lanes/{lane}", { params: { path: { community, lane } }, body: said })),
  bays: (community: string, lot: string) =>
    whole((cursor) => body<S["BaysOut"]>(client.GET("/{community}/parking/lots/{lot}/bays", { params: onwardsOf({ community, lot }, cursor) }))),
  setScreen: (community: string, lot: string, device: string, area: string) =>
    body<S["KeptOut"]>(client.PUT("/{community}/parking/lots/{lot}/screens/{device}", { params: { path: { community, lot, device } }, body: { area } })),
  dropScreen: (community: string, lot: string, device: string) =>
    body<void>(client.DELETE("/{community}/parking/lots/{lot}/screens/{device}", { params: { path: { community, lot, device } } })),
  setBay: (community: string, lot: string, number: string, said: BaySaid) =>
    body<S["KeptOut"]>(client.PUT("/{community}/parking/lots/{lot}/bays/{number}", { params: { path: { community, lot, number } }, body: said })),
  setBooth: (community: string, booth: string, said: S["BoothIn"]) =>
    body<S["KeptOut"]>(client.PUT("/{community}/parking/booths/{booth}", { params: { path: { community, booth } }, body: said })),
  zones: (community: string) => whole((cursor) => body<S["ZonesOut"]>(client.GET("/{community}/parking/zones", { params: onwards(community, cursor) }))),
  setZone: (community: string, zone: string, said: ZoneSaid) =>
    body<S["KeptOut"]>(client.PUT("/{community}/parking/zones/{zone}", { params: { path: { community, zone } }, body: said })),
};

/** Booths, who sits in them, and the cash that he hands over. */
export const parkingBooths = {
  list: (community: string) => whole((cursor) => body<S["BoothsOut"]>(client.GET("/{community}/parking/booths", { params: onwards(community, cursor) }))),
  signOn: (community: string, booth: string, relieve: boolean) =>
    body<BoothShift>(client.POST("/{community}/parking/booths/{booth}/shift", { params: { path: { community, booth } }, body: { relieve } })),
  own: (community: string) => body<OwnBoothShifts>(client.GET("/{community}/parking/shifts/own", { params: within(community) })),
  shifts: (community: string, cursor?: number) =>
    body<Page<BoothShift>>(client.GET("/{community}/parking/shifts", { params: { ...within(community), query: narrowed({ cursor, limit: 30 }) } })),
  handOver: (community: string, shift: number, fen: number, note: string) =>
    body<BoothShift>(client.POST("/{community}/parking/shifts/{shift}/hand-over", { params: { path: { community, shift } }, body: { fen, note } })),
  countFor: (community: string, shift: number, fen: number, note: string) =>
    body<BoothShift>(client.POST("/{community}/parking/shifts/{shift}/count", { params: { path: { community, shift } }, body: { fen, note } })),
  receive: (community: string, shift: number) =>
    body<BoothShift>(client.POST("/{community}/parking/shifts/{shift}/receive", { params: { path: { community, shift } } })),
};

/** What a lot charges; a change takes a second person. */
export const parkingTariffs = {
  list: (community: string, lot: string) =>
    whole((cursor) => body<S["TariffVersions"]>(client.GET("/{community}/parking/lots/{lot}/tariffs", { params: onwardsOf({ community, lot }, cursor) }))).then(({ items }) => ({ items })),
  try: (community: string, lot: string, said: FeeTrial) =>
    body<S["FeeOut"]>(client.POST("/{community}/parking/lots/{lot}/fee", { params: { path: { community, lot } }, body: said })),
  look: (community: string, lot: string, text: string, from_at: string) =>
    body<TariffAsked>(client.POST("/{community}/tariffs/look", { params: within(community), body: { of: "parking", where: lot, text, from_at, reason: "" } })),
  propose: (community: string, lot: string, text: string, from_at: string, reason: string) =>
    body<TariffAsked>(client.POST("/{community}/tariffs", { params: within(community), body: { of: "parking", where: lot, text, from_at, reason } })),
};

/** Who may park by the month, and who stands on a list. */
export const parkingRights = {
  permits: (community: string, query: { plate?: string; cursor?: number }) =>
    body<Page<ParkingPermit>>(client.GET("/{community}/parking/permits", { params: { ...within(community), query: narrowed({ ...query, limit: 30 }) } })),
  permit: (community: string, permit: number) =>
    body<ParkingPermit>(client.GET("/{community}/parking/permits/{permit}", { params: { path: { community, permit } } })),
  give: (community: string, said: PermitSaid) =>
    body<S["PermitGiven"]>(client.POST("/{community}/parking/permits", { params: within(community), body: said })),
  changeCars: (community: string, permit: number, plates: string[], room = "") =>
    body<ParkingPermit>(client.PUT("/{community}/parking/permits/{permit}/cars", { params: { path: { community, permit } }, body: { plates, room } })),
  prolong: (community: string, permit: number, months: number, key: string) =>
    body<PermitReceipt>(client.POST("/{community}/parking/permits/{permit}/cash", { params: { path: { community, permit } }, body: { months, key } })),
  end: (community: string, permit: number) =>
    body<ParkingPermit>(client.POST("/{community}/parking/permits/{permit}/end", { params: { path: { community, permit } } })),
  lists: (community: string, colour: "black" | "white", cursor?: number) =>
    body<Page<ListedCar>>(client.GET("/{community}/parking/lists", { params: { ...within(community), query: narrowed({ colour, cursor }) } })),
  list: (community: string, said: ListedSaid) =>
    body<ListedCar>(client.POST("/{community}/parking/lists", { params: within(community), body: said })),
  unlist: (community: string, listed: number) =>
    body<ListedCar>(client.DELETE("/{community}/parking/lists/{listed}", { params: { path: { community, listed } } })),
};

/** What households wish for their cars, and what the desk answers. */
export const plateWishes = {
  list: (community: string, query: { state?: "waiting"; cursor?: number }) =>
    body<Page<PlateWish>>(client.GET("/{community}/parking/wishes", { params: { ...within(community), query: narrowed({ ...query, limit: 30 }) } })),
  one: (community: string, wish: number) =>
    body<PlateWishShown>(client.GET("/{community}/parking/wishes/{wish}", { params: { path: { community, wish } } })),
  agree: (community: string, wish: number, until: string | null) =>
    body<PlateWish>(client.POST("/{community}/parking/wishes/{wish}/agree", { params: { path: { community, wish } }, body: { until } })),
  refuse: (community: string, wish: number, reason: string) =>
    body<PlateWish>(client.POST("/{community}/parking/wishes/{wish}/refuse", { params: { path: { community, wish } }, body: { reason } })),
  own: (community: string, cursor?: number, lot = "") =>
    body<OwnPlateWishes>(client.GET("/{community}/my/parking/wishes", { params: { ...within(community), query: narrowed({ cursor, lot }) } })),
  ask: (community: string, said: PlateWishSaid) =>
    body<PlateWish>(client.POST("/{community}/my/parking/wishes", { params: within(community), body: said })),
  takeBack: (community: string, wish: number) =>
    body<PlateWish>(client.DELETE("/{community}/my/parking/wishes/{wish}", { params: { path: { community, wish } } })),
};

/** What shops give to the cars of their customers. */
export const coupons = {
  own: (community: string, cursor?: number, lot = "") =>
    body<OwnCoupons>(client.GET("/{community}/parking/coupons/own", { params: { ...within(community), query: narrowed({ cursor, lot, limit: 30 }) } })),
  all: (community: string, query: { merchant?: number; cursor?: number }) =>
    body<Page<ParkingCoupon>>(client.GET("/{community}/parking/coupons", { params: { ...within(community), query: narrowed({ ...query, limit: 30 }) } })),
  shops: (community: string) =>
    body<S["CouponShops"]>(client.GET("/{community}/parking/coupons/shops", { params: within(community) })),
  give: (community: string, said: CouponSaid) =>
    body<ParkingCoupon>(client.POST("/{community}/parking/coupons", { params: within(community), body: said })),
};
