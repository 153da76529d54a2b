import { body, narrowed } from "./answer";
import { client } from "./client";
import type { Newcomer, FieldState, Words } from "./types";

/** As what a newcomer is let in. */
export interface Admission {
  code: string;
  model: string;
  name: Words;
  place: string;
  options: Record<string, unknown>;
}

const which = (community: string, id: number) => ({ path: { community, id } });

export const fleet = {
  newcomers: (community: string, state: string) =>
    body<{ items: Newcomer[] }>(
      client.GET("/{community}/newcomers", { params: { path: { community }, query: narrowed({ state }) } }),
    ),
  admit: (community: string, id: number, admission: Admission) =>
    body<{ device: string }>(
      client.POST("/{community}/newcomers/{id}/admit", { params: which(community, id), body: admission }),
    ),
  ignore: (community: string, id: number) =>
    body<Newcomer>(client.POST("/{community}/newcomers/{id}/ignore", { params: which(community, id) })),
  system: (community: string) =>
    body<FieldState>(client.GET("/{community}/system", { params: { path: { community } } })),
};
