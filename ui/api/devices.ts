import { body, narrowed, whole } from "./answer";
import { client } from "./client";
import type { components } from "./schema";
import type {
  Command,
  CommandTaken,
  Credential,
  Device,
  DeviceChange,
  DeviceDetail,
  DeviceEntry,
  Frame,
  History,
  Model,
  Page,
  Protocol,
  Refusal,
} from "./types";

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

/** What one wants a device to do; the same `key` is the same wish, however often it is sent. */
export interface Order {
  service: string;
  args: Record<string, number | string | boolean>;
  key: string;
}

export const devices = {
  models: () => body<Page<Model>>(client.GET("/models", {})),
  protocols: () => body<{ items: Protocol[] }>(client.GET("/protocols", {})),
  list: (community: string, query: DeviceQuery) =>
    body<Page<Device>>(
      client.GET("/{community}/devices", { params: { path: { community }, query: said(query) } }),
    ),
  one: (community: string, code: string) =>
    body<DeviceDetail>(client.GET("/{community}/devices/{code}", { params: at(community, code) })),
  enter: (community: string, entry: DeviceEntry) =>
    body<Device>(
      client.POST("/{community}/devices", { params: { path: { community } }, body: entry as never }),
    ),
  /** What is left out of a change stays as it is. */
  change: (community: string, code: string, change: DeviceChange) =>
    body<Device>(
      client.PATCH("/{community}/devices/{code}", { params: at(community, code), body: change as never }),
    ),
  frames: (community: string, code: string) =>
    body<{ items: Frame[] }>(
      client.GET("/{community}/devices/{code}/frames", { params: at(community, code) }),
    ),
  twin: (community: string, query: { device?: string; place?: string }) =>
    whole((cursor) => body<components["schemas"]["Twin"]>(client.GET("/{community}/twin", { params: { path: { community }, query: narrowed({ ...query, cursor }) } }))),
  history: (community: string, code: string, query: HistoryQuery) =>
    body<History>(
      client.GET("/{community}/devices/{code}/history", { params: { ...at(community, code), query } }),
    ),
  rotate: (community: string, code: string, sealed: boolean) =>
    body<Credential>(
      client.POST("/{community}/devices/{code}/credential", { params: at(community, code), body: { sealed } }),
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
  give: (community: string, code: string, order: Order) =>
    body<CommandTaken>(
      client.POST("/{community}/devices/{code}/commands", { params: at(community, code), body: order }),
    ),
  /** The same against a safety scene that acts now; the reason is kept for good. */
  override: (community: string, code: string, order: Order & { reason: string }) =>
    body<CommandTaken>(
      client.POST("/{community}/devices/{code}/commands/override", { params: at(community, code), body: order }),
    ),
  confirm: (community: string, id: string) =>
    body<CommandTaken>(
      client.POST("/{community}/commands/{id}/confirm", { params: { path: { community, id } } }),
    ),
};
