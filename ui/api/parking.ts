/** Lots and lanes, who is in, what cameras missed; one's own cars; a driver without an account. */
import { body, intention, narrowed, onwards, whole } from "./answer";
import { client } from "./client";
import type { components } from "./schema";
import type { Page } from "./types";

type S = components["schemas"];

export type ParkingLot = S["LotOut"];
export type ParkingLane = S["LaneOut"];
export type ParkingStay = S["StayLine"];
export type ParkingStayShown = S["StayShown"];
export type ParkingFee = S["FeeOut"];
export type ParkingSighting = S["SightingOut"];
export type Misparked = S["MisparkedOut"];
export type OwnParking = S["OwnParking"];
export type OwnParkedStay = S["OwnStay"];
export type ParkingOffer = S["ParkingOffer"];
export type ParkingOrder = S["ParkingOrder"];
export type DriverFee = S["DriverFee"];
export type DriverLot = S["DriverLot"];
export type SightingsWhat = "" | "shut" | "unread" | "followed";
export type StayMending = S["StayMendIn"];

const within = (community: string) => ({ path: { community } });

/** What the parking desk sees and does. */
export const parking = {
  lots: (community: string) => whole((cursor) => body<S["LotsOut"]>(client.GET("/{community}/parking/lots", { params: onwards(community, cursor) }))),
  stays: (community: string, query: { lot?: string; state?: string; plate?: string; mend?: boolean; cursor?: number }) =>
    body<Page<ParkingStay>>(client.GET("/{community}/parking/stays", { params: { ...within(community), query: narrowed({ ...query, limit: 30 }) } })),
  stay: (community: string, stay: number) =>
    body<ParkingStayShown>(client.GET("/{community}/parking/stays/{stay}", { params: { path: { community, stay } } })),
  mend: (community: string, stay: number, said: StayMending) =>
    body<ParkingStay>(client.POST("/{community}/parking/stays/{stay}/mend", { params: { path: { community, stay } }, body: said })),
  cash: (community: string, stay: number) =>
    body<ParkingStay>(client.POST("/{community}/parking/stays/{stay}/cash", { params: { path: { community, stay } } })),
  open: (community: string, lane: string, reason: string, trouble: boolean, key = intention()) =>
    body<S["LaneOpened"]>(client.POST("/{community}/parking/lanes/{lane}/open", { params: { path: { community, lane } }, body: { reason, trouble, key } })),
  sightings: (community: string, query: { lane?: string; plate?: string; what?: SightingsWhat; cursor?: number }) =>
    body<Page<ParkingSighting>>(client.GET("/{community}/parking/sightings", { params: { ...within(community), query: narrowed({ ...query, limit: 50 }) } })),
  report: (community: string, zone: string, plate: string) =>
    body<Misparked>(client.POST("/{community}/parking/zones/{zone}/seen", { params: { path: { community, zone } }, body: { plate } })),
  misparked: (community: string) =>
    body<Page<Misparked>>(client.GET("/{community}/parking/misparked", { params: { ...within(community), query: { standing: true } } })),
  plate: (community: string, car: number, plate: string) =>
    body<Misparked>(client.POST("/{community}/parking/misparked/{car}/plate", { params: { path: { community, car } }, body: { plate } })),
  gone: (community: string, car: number) =>
    body<Misparked>(client.POST("/{community}/parking/misparked/{car}/gone", { params: { path: { community, car } } })),
  tow: (community: string, car: number, note: string) =>
    body<Misparked>(client.POST("/{community}/parking/misparked/{car}/tow", { params: { path: { community, car } }, body: { note } })),
};

/** What somebody does with his own cars. */
export const myParking = {
  all: (community: string) => body<OwnParking>(client.GET("/{community}/my/parking", { params: within(community) })),
  wish: (community: string, plate: string, wish: S["CarWishIn"]) =>
    body<OwnParking>(client.PUT("/{community}/my/parking/cars/{plate}", { params: { path: { community, plate } }, body: wish })),
  pay: (community: string, stay: number, way: "wallet" | "order") =>
    body<ParkingOrder>(client.POST("/{community}/my/parking/stays/{stay}/pay", { params: { path: { community, stay } }, body: { way } })),
  renew: (community: string, permit: number, months: number, way: "wallet" | "order") =>
    body<ParkingOrder>(client.POST("/{community}/my/parking/permits/{permit}/renew", { params: { path: { community, permit } }, body: { months, way } })),
  pictures: (community: string, stay: number) =>
    body<S["OwnStayPictures"]>(client.GET("/{community}/my/parking/stays/{stay}/pictures", { params: { path: { community, stay } } })),
  picture: (community: string, stay: number, picture: number) =>
    body<Blob>(client.GET("/{community}/my/parking/stays/{stay}/pictures/{picture}", { params: { path: { community, stay, picture } }, parseAs: "blob" })),
  offers: (community: string) => whole((cursor) => body<S["ParkingOffers"]>(client.GET("/{community}/my/parking/offers", { params: onwards(community, cursor) }))),
  book: (community: string, wish: S["BookingIn"]) =>
    body<S["BookingOut"]>(client.POST("/{community}/my/parking/bookings", { params: within(community), body: wish })),
  withdraw: (community: string, at: string, booking: number) =>
    body<S["BookingOut"]>(client.DELETE("/{community}/my/parking/bookings/{at}/{booking}", { params: { path: { community, at, booking } } })),
  lend: (community: string, loan: S["LoanIn"]) =>
    body<S["LoanOut"]>(client.POST("/{community}/my/parking/loans", { params: within(community), body: loan })),
  stop: (community: string, loan: number) =>
    body<S["LoanOut"]>(client.DELETE("/{community}/my/parking/loans/{loan}", { params: { path: { community, loan } } })),
  coming: (community: string, car: number) =>
    body<OwnParking>(client.POST("/{community}/my/parking/misparked/{car}/coming", { params: { path: { community, car } } })),
};

/** What a driver without an account does. */
export const driver = {
  lot: (community: string, lot: string) =>
    body<DriverLot>(client.GET("/{community}/driver/lots/{lot}", { params: { path: { community, lot } } })),
  find: (community: string, lot: string, plate: string) =>
    body<DriverFee>(client.POST("/{community}/driver/find", { params: within(community), body: { lot, plate } })),
  order: (community: string, lot: string, plate: string) =>
    body<ParkingOrder>(client.POST("/{community}/driver/pay", { params: within(community), body: { lot, plate } })),
  stay: (community: string, token: string) =>
    body<DriverFee>(client.GET("/{community}/driver/stays/{token}", { params: { path: { community, token } } })),
  orderOf: (community: string, token: string) =>
    body<ParkingOrder>(client.POST("/{community}/driver/stays/{token}/pay", { params: { path: { community, token } } })),
  ticket: (community: string, lane: string) =>
    body<S["ParkingTicket"]>(client.POST("/{community}/driver/lanes/{lane}/ticket", { params: { path: { community, lane } } })),
  out: (community: string, lane: string, ticket: string) =>
    body<S["ParkingTicketShown"]>(client.POST("/{community}/driver/lanes/{lane}/out", { params: { path: { community, lane } }, body: { ticket } })),
};
