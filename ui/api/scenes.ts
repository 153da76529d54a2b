import { body, narrowed } from "./answer";
import { client } from "./client";
import type { Chain, Overview, Page, SceneDetail, SceneLine, StoryResult } from "./types";

const at = (community: string, id: string) => ({ path: { community, id } });

export const scenes = {
  list: (community: string, query: { board?: string; category?: string; q?: string }) =>
    body<Page<SceneLine>>(
      client.GET("/{community}/scenes", { params: { path: { community }, query: narrowed(query) } }),
    ),
  one: (community: string, id: string) =>
    body<SceneDetail>(client.GET("/{community}/scenes/{id}", { params: at(community, id) })),
  runStories: (community: string, id: string) =>
    body<{ results: StoryResult[] }>(
      client.POST("/{community}/scenes/{id}/stories/run", { params: at(community, id) }),
    ),
  turn: (community: string, id: string, on: boolean, reason: string) =>
    body<unknown>(
      client.PUT("/{community}/scenes/{id}/switch", { params: at(community, id), body: { on, reason } }),
    ),
  override: (community: string, id: string, target: string, key: string, value: number | null) =>
    body<unknown>(
      client.PUT("/{community}/scenes/{id}/overrides", {
        params: at(community, id),
        body: { target, key, value },
      }),
    ),
};

export interface ModeLine {
  place: string;
  mode: string;
  value: string;
  by: { id: number; name: string } | null;
  cause: string;
  at: string;
}

export const modes = {
  list: (community: string) =>
    body<{ items: ModeLine[] }>(client.GET("/{community}/modes", { params: { path: { community } } })),
  put: (community: string, wanted: { place: string; mode: string; value: string }) =>
    body<ModeLine>(client.PUT("/{community}/modes", { params: { path: { community } }, body: wanted })),
};

/** What a part of the system tells of itself; `silent` where it does not answer. */
export interface LiveHalf {
  silent?: boolean;
  connections?: number;
  stored?: number;
  sequence?: number;
  dealt_with?: number;
  effects_waiting?: number;
  commands_under_way?: number;
  refused?: number;
  caught_up?: boolean;
  trouble?: string;
  lines?: { line: string; driver: string; members: number; up: boolean; port: number | null; trouble: string }[];
}

export interface HistoryHalf {
  silent?: boolean;
  position?: number;
  seen?: number;
  waiting?: number;
  rows?: number;
  bytes?: number;
  today?: number;
  error?: string | null;
  unreadable?: number;
}

export interface SystemState {
  live: LiveHalf;
  history: HistoryHalf;
  log: { silent?: boolean } & Partial<Record<"input" | "effects" | "facts", { bytes: number; max_bytes: number }>>;
  facts_waiting: number;
  put_aside: { consumer: string; fact: string; reason: string; at: string }[];
}

export const causes = {
  of: (community: string, id: string) =>
    body<Chain>(client.GET("/{community}/causes/{id}", { params: at(community, id) })),
};

export const overview = {
  now: (community: string) =>
    body<Overview & { readings_today: number | null }>(client.GET("/{community}/overview", { params: { path: { community } } })),
  system: (community: string) =>
    body<SystemState>(
      client.GET("/{community}/system", { params: { path: { community } } }),
    ),
};
