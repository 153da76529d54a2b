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

export const causes = {
  of: (community: string, id: string) =>
    body<Chain>(client.GET("/{community}/causes/{id}", { params: at(community, id) })),
};

export const overview = {
  now: (community: string) =>
    body<Overview>(client.GET("/{community}/overview", { params: { path: { community } } })),
  system: (community: string) =>
    body<Record<string, unknown>>(
      client.GET("/{community}/system", { params: { path: { community } } }),
    ),
};
