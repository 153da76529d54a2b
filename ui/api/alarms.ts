import { body, narrowed } from "./answer";
import { client } from "./client";
import type { Alarm, AlarmCounts, Page, Verdict } from "./types";

export interface AlarmQuery {
  state?: string;
  severity?: string;
  place?: string;
  scene?: string;
  device?: string;
  grouped?: boolean;
  storm?: number;
  cursor?: number;
  limit?: number;
}

const at = (community: string, id: number) => ({ path: { community, id } });

export const alarms = {
  list: (community: string, query: AlarmQuery) =>
    body<Page<Alarm>>(
      client.GET("/{community}/alarms", { params: { path: { community }, query: narrowed(query) } }),
    ),
  one: (community: string, alarm: number) =>
    body<Alarm>(client.GET("/{community}/alarms/{id}", { params: at(community, alarm) })),
  counts: (community: string) =>
    body<AlarmCounts>(client.GET("/{community}/alarms/counts", { params: { path: { community } } })),
  acknowledge: (community: string, alarm: number) =>
    body<unknown>(
      client.POST("/{community}/alarms/{id}/acknowledge", { params: at(community, alarm) }),
    ),
  shelve: (community: string, alarm: number, minutes: number, reason: string) =>
    body<unknown>(
      client.POST("/{community}/alarms/{id}/shelve", {
        params: at(community, alarm),
        body: { minutes, reason },
      }),
    ),
  unshelve: (community: string, alarm: number) =>
    body<unknown>(
      client.POST("/{community}/alarms/{id}/unshelve", { params: at(community, alarm) }),
    ),
  close: (community: string, alarm: number, reason: string) =>
    body<unknown>(
      client.POST("/{community}/alarms/{id}/close", {
        params: at(community, alarm),
        body: { reason },
      }),
    ),
  judge: (community: string, alarm: number, verdict: Verdict | null) =>
    body<Alarm>(
      client.POST("/{community}/alarms/{id}/verdict", { params: at(community, alarm), body: { verdict } }),
    ),
  openCase: (community: string, alarm: number) =>
    body<{ id: number; number: string }>(
      client.POST("/{community}/alarms/{alarm}/case", {
        params: { path: { community, alarm } },
        body: { kind: "" },
      }),
    ),
};
