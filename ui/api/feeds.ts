/** Calendars to subscribe to: an address that shows one to whoever knows it, until it is ended. */
import { body } from "./answer";
import { client } from "./client";
import type { components } from "./schema";

type S = components["schemas"];
export type Feed = S["FeedOut"];
export type FeedMade = S["FeedMade"];
export type FeedKind = S["FeedIn"]["kind"];

const at = (community: string) => ({ path: { community } });

export const feeds = {
  list: (community: string) => body<{ items: Feed[] }>(client.GET("/{community}/feeds", { params: at(community) })),
  subscribe: (community: string, kind: FeedKind) => body<FeedMade>(client.POST("/{community}/feeds", { params: at(community), body: { kind } })),
  revoke: (community: string, feed: number) =>
    body<unknown>(client.DELETE("/{community}/feeds/{feed}", { params: { path: { community, feed } } })),
};
