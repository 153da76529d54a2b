import { body, narrowed } from "./answer";
import { client } from "./client";
import type { Command, Device, DeviceDetail, History, Model, Page, Refusal, TwinValue } from "./types";

export interface DeviceQuery {
  q?: string;
  model?: string;
  category?: string;
  place?: string;
  online?: boolean;
  cursor?: string;
  limit?: number;
}

export interface HistoryQuery {
  point: string;
  from: string;
  to: string;
  buckets: number;
}

/** Off line is an answer too: `online: false` must not be left out. */
const said = ({ online, ...query }: DeviceQuery) => ({ ...narrowed(query), online });

const at = (community: string, code: string) => ({ path: { community, code } });

export const devices = {
  models: () => body<Page<Model>>(client.GET("/models", {})),
  list: (community: string, query: DeviceQuery) =>
    body<Page<Device>>(
      client.GET("/{community}/devices", { params: { path: { community }, query: said(query) } }),
    ),
  one: (community: string, code: string) =>
    body<DeviceDetail>(client.GET("/{community}/devices/{code}", { params: at(community, code) })),
  twin: (community: string, query: { device?: string; place?: string }) =>
    body<{ items: TwinValue[] }>(
      client.GET("/{community}/twin", { params: { path: { community }, query: narrowed(query) } }),
    ),
  history: (community: string, code: string, query: HistoryQuery) =>
    body<History>(
      client.GET("/{community}/devices/{code}/history", { params: { ...at(community, code), query } }),
    ),
  rotate: (community: string, code: string) =>
    body<{ username: string; secret: string }>(
      client.POST("/{community}/devices/{code}/credential", { params: at(community, code) }),
    ),
  refusals: (community: string, device: string) =>
    body<Page<Refusal>>(
      client.GET("/{community}/refusals", { params: { path: { community }, query: narrowed({ device }) } }),
    ),
};

export const commands = {
  list: (community: string, query: { device?: string; state?: string; cursor?: string; limit?: number }) =>
    body<Page<Command>>(
      client.GET("/{community}/commands", { params: { path: { community }, query: narrowed(query) } }),
    ),
  one: (community: string, id: string) =>
    body<Command>(client.GET("/{community}/commands/{id}", { params: { path: { community, id } } })),
  give: (
    community: string,
    code: string,
    order: { service: string; args: Record<string, number | string | boolean>; key: string },
  ) =>
    body<{ command: string; state: string }>(
      client.POST("/{community}/devices/{code}/commands", { params: at(community, code), body: order }),
    ),
};
