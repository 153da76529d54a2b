import { body, narrowed } from "./answer";
import { client } from "./client";
import type {
  Bulk,
  BulkDetail,
  Device,
  FieldState,
  Health,
  Newcomer,
  Page,
  Replaced,
  Software,
  Words,
} from "./types";

export type BulkAction = "enable" | "disable" | "move" | "maintain" | "release" | "credential";

/** What is to be done to many devices; the same `key` is the same wish. */
export interface BulkWish {
  key: string;
  action: BulkAction;
  codes: string[];
  place?: string;
  until?: string;
  reason?: string;
}

export type BulkStep = "pause" | "resume" | "cancel" | "confirm";

/** As what a newcomer is let in. */
export interface Admission {
  code: string;
  model: string;
  name: Words;
  place: string;
  options: Record<string, unknown>;
}

/** The unit that is put in; what is left out stays as it was of the one before. */
export interface Replacement {
  serial: string;
  reason: string;
  address?: string;
  installed_on?: string;
}

const device = (community: string, code: string) => ({ path: { community, code } });
const within = (community: string) => ({ path: { community } });
const which = (community: string, id: number) => ({ path: { community, id } });

export const fleet = {
  newcomers: (community: string, state: string, cursor?: string) =>
    body<Page<Newcomer>>(
      client.GET("/{community}/newcomers", { params: { path: { community }, query: narrowed({ state, cursor }) } }),
    ),
  admit: (community: string, id: number, admission: Admission) =>
    body<{ device: string }>(
      client.POST("/{community}/newcomers/{id}/admit", { params: which(community, id), body: admission }),
    ),
  ignore: (community: string, id: number) =>
    body<Newcomer>(client.POST("/{community}/newcomers/{id}/ignore", { params: which(community, id) })),
  system: (community: string) =>
    body<FieldState>(client.GET("/{community}/system", { params: { path: { community } } })),
  health: (community: string, query: { place?: string; model?: string; kind?: string; below?: number; cursor?: string; limit?: number }) =>
    body<Page<Health>>(
      client.GET("/{community}/health", { params: { ...within(community), query: narrowed(query) } }),
    ),
  healthOf: (community: string, code: string) =>
    body<Health>(client.GET("/{community}/devices/{code}/health", { params: device(community, code) })),
  softwareOf: (community: string, code: string) =>
    body<{ items: Software[] }>(client.GET("/{community}/devices/{code}/software", { params: device(community, code) })),
  maintain: (community: string, code: string, until: string, reason: string) =>
    body<Device>(
      client.PUT("/{community}/devices/{code}/maintenance", { params: device(community, code), body: { until, reason } }),
    ),
  release: (community: string, code: string) =>
    body<Device>(client.DELETE("/{community}/devices/{code}/maintenance", { params: device(community, code) })),
  replace: (community: string, code: string, unit: Replacement) =>
    body<Replaced>(client.POST("/{community}/devices/{code}/replace", { params: device(community, code), body: unit })),
  scan: (community: string, text: string, place: string) =>
    body<{ created: boolean; device: Device }>(
      client.POST("/{community}/devices/scan", { params: within(community), body: { text, place } }),
    ),
  /** The device on which a label stands; `text` is what was scanned. */
  labelled: (community: string, text: string) =>
    body<Device>(client.GET("/{community}/label", { params: { ...within(community), query: { text } } })),
  labelsUrl: (community: string, codes: readonly string[]) =>
    `/api/v1/${community}/devices/labels?codes=${encodeURIComponent(codes.join(","))}`,
};

const one = (community: string, id: number) => ({ path: { community, id } });

export const bulk = {
  begin: (community: string, wish: BulkWish) =>
    body<Bulk>(client.POST("/{community}/bulk", { params: within(community), body: wish as never })),
  command: (community: string, wish: { key: string; codes: string[]; service: string; args: CommandArgs }) =>
    body<Bulk>(client.POST("/{community}/bulk/commands", { params: within(community), body: wish as never })),
  list: (community: string, cursor?: number) =>
    body<Page<Bulk>>(client.GET("/{community}/bulk", { params: { ...within(community), query: narrowed({ cursor }) } })),
  one: (community: string, id: number, query: { state?: string; cursor?: number; limit?: number }) =>
    body<BulkDetail>(
      client.GET("/{community}/bulk/{id}", { params: { ...one(community, id), query: narrowed(query) } }),
    ),
  steer: (community: string, id: number, step: BulkStep) =>
    body<Bulk>(client.POST("/{community}/bulk/{id}/{step}", { params: { path: { community, id, step } } })),
  /** The secrets that it made, as csv: given once. */
  collect: (community: string, id: number) =>
    body<string>(client.POST("/{community}/bulk/{id}/credentials", { params: one(community, id), parseAs: "text" })),
};

type CommandArgs = Record<string, number | string | boolean>;
