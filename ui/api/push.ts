/** The devices of whoever is signed in that ring when no page is open. */
import { body } from "./answer";
import { client } from "./client";
import type { components } from "./schema";

type S = components["schemas"];

export type Hearer = S["HearerOut"];
export type Hearers = S["HearersOut"];

const within = (community: string) => ({ path: { community } });
const one = (community: string, id: number) => ({ path: { community, id } });

export const push = {
  all: (community: string) => body<Hearers>(client.GET("/{community}/my/push", { params: within(community) })),
  agree: (community: string, endpoint: string, keys: S["HearerKeys"]) =>
    body<Hearer>(client.POST("/{community}/my/push", { params: within(community), body: { endpoint, keys, agreed: true } })),
  hush: (community: string, id: number, quiet_from: string | null, quiet_to: string | null) =>
    body<Hearer>(client.PUT("/{community}/my/push/{id}/quiet", { params: one(community, id), body: { quiet_from, quiet_to } })),
  stay: (community: string, id: number) => body<Hearer>(client.PUT("/{community}/my/push/{id}/here", { params: one(community, id) })),
  withdraw: (community: string, id: number) => body(client.DELETE("/{community}/my/push/{id}", { params: one(community, id) })),
};
