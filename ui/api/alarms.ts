import { body, narrowed } from "./answer";
import { client } from "./client";
import type { Alarm, AlarmCounts, Page } from "./types";

export interface AlarmQuery {
  state?: string;
  severity?: string;
  place?: string;
  scene?: string;
  device?: string;
  grouped?: boolean;
  cursor?: string;
  limit?: number;
}

const at = (community: string, alarm: number) => ({ path: { community, alarm } });

export const alarms = {
  list: (community: string, query: AlarmQuery) =>
    body<Page<Alarm>>(
      client.GET("/{community}/alarms", { params: { path: { community }, query: narrowed(query) } }),
    ),
  one: (community: string, alarm: number) =>
    body<Alarm>(client.GET("/{community}/alarms/{alarm}", { params: at(community, alarm) })),
  counts: (community: string) =>
    body<AlarmCounts>(client.GET("/{community}/alarms/counts", { params: { path: { community } } })),
  acknowledge: (community: string, alarm: number) =>
    body<unknown>(
      client.POST("/{community}/alarms/{alarm}/acknowledge", { params: at(community, alarm) }),
    ),
  shelve: (community: string, alarm: number, minutes: number, reason: string) =>
    body<unknown>(
      client.POST("/{community}/alarms/{alarm}/shelve", {
        params: at(community, alarm),
        body: { minutes, reason },
      }),
    ),
  unshelve: (community: string, alarm: number) =>
    body<unknown>(
      client.POST("/{community}/alarms/{alarm}/unshelve", { params: at(community, alarm) }),
    ),
  close: (community: string, alarm: number, reason: string) =>
    body<unknown>(
      client.POST("/{community}/alarms/{alarm}/close", {
        params: at(community, alarm),
        body: { reason },
      }),
    ),
  openCase: (community: string, alarm: number) =>
    body<{ id: number; number: string }>(
      client.POST("/{community}/alarms/{alarm}/case", {
        params: at(community, alarm),
        body: { kind: "" },
      }),
    ),
};
