import { body, narrowed, onwardsOf, wholeByNumber } from "./answer";
import { client } from "./client";
import type {
  Chain, Conflict, Overview, Page, Proposal, SceneChange, SceneDetail, SceneLines, SceneStage, SceneVersions, ShadowPage, StoryResult,
} from "./types";

export type ChangeStep = "approve" | "refuse" | "withdraw";
export type ProposalStep = "accept" | "approve" | "dismiss";

const at = (community: string, id: string) => ({ path: { community, id } });

export const scenes = {
  list: (community: string, query: { board?: string; category?: string; q?: string }) =>
    body<SceneLines>(
      client.GET("/{community}/scenes", { params: { path: { community }, query: narrowed(query) } }),
    ),
  one: (community: string, id: string) =>
    body<SceneDetail>(client.GET("/{community}/scenes/{id}", { params: at(community, id) })),
  runStories: (community: string, id: string) =>
    body<{ results: StoryResult[] }>(
      client.POST("/{community}/scenes/{id}/stories/run", { params: at(community, id) }),
    ),
  stage: (community: string, id: string, wanted: { stage: SceneStage; version: number; reason: string }) =>
    body<{ change: SceneChange }>(
      client.PUT("/{community}/scenes/{id}/stage", { params: at(community, id), body: wanted }),
    ),
  versions: (community: string, id: string) =>
    wholeByNumber((cursor) => body<SceneVersions>(client.GET("/{community}/scenes/{id}/versions", { params: onwardsOf({ community, id }, cursor) }))),
  shadow: (community: string, id: string, cursor?: number) =>
    body<ShadowPage>(
      client.GET("/{community}/scenes/{id}/shadow", { params: { ...at(community, id), query: narrowed({ cursor }) } }),
    ),
  changes: (community: string, query: { scene?: string; state?: string; cursor?: number; limit?: number }) =>
    body<Page<SceneChange>>(
      client.GET("/{community}/scenes/changes", { params: { path: { community }, query: narrowed(query) } }),
    ),
  decide: (community: string, change: number, step: ChangeStep, reason: string) =>
    body<unknown>(
      client.POST(`/{community}/scenes/changes/{id}/${step}`, {
        params: { path: { community, id: change } },
        body: { reason },
      }),
    ),
  conflicts: (community: string) =>
    body<{ items: Conflict[] }>(client.GET("/{community}/scenes/conflicts", { params: { path: { community } } })),
  proposals: (community: string, state: string, cursor?: number) =>
    body<Page<Proposal>>(
      client.GET("/{community}/scenes/proposals", { params: { path: { community }, query: { state, ...narrowed({ cursor }) } } }),
    ),
  answer: (community: string, proposal: number, step: ProposalStep, reason: string) =>
    body<Proposal>(
      client.POST(`/{community}/scenes/proposals/{id}/${step}`, {
        params: { path: { community, id: proposal } },
        body: { reason },
      }),
    ),
  override: (community: string, id: string, wanted: { target: string; key: string; value: number | null; reason: string }) =>
    body<{ change: SceneChange }>(
      client.PUT("/{community}/scenes/{id}/overrides", { params: at(community, id), body: wanted }),
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
  list: (community: string, cursor?: string) =>
    body<Page<ModeLine>>(client.GET("/{community}/modes", { params: { path: { community }, query: narrowed({ cursor }) } })),
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
  apart: "pair" | "differs" | "away";
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
