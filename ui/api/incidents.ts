/** Emergencies, and what is written down about people while they last; destroyed after it. */
import { body, onwardsOf, wholeByNumber } from "./answer";
import { client } from "./client";
import type { components } from "./schema";
import type { Page } from "./types";

export interface Incident {
  id: number;
  title: string;
  place: string;
  keep_days: number;
  opened_by: { id: number; name: string };
  opened_at: string;
  closed_at: string | null;
  destroyed_after: string | null;
  destroyed_at: string | null;
  destroyed: number;
}

export interface IncidentNote {
  id: number;
  subject: string;
  text: string;
  by: string;
  at: string;
}

const within = (community: string) => ({ path: { community } });
const one = (community: string, id: number) => ({ path: { community, id } });

export const incidents = {
  all: (community: string, cursor?: number) =>
    body<Page<Incident>>(client.GET("/{community}/incidents", { params: { ...within(community), query: cursor ? { cursor } : {} } })),
  begin: (community: string, title: string, keep_days: number) =>
    body<Incident>(client.POST("/{community}/incidents", { params: within(community), body: { title, keep_days, place: "" } })),
  close: (community: string, id: number) =>
    body<Incident>(client.POST("/{community}/incidents/{id}/close", { params: one(community, id) })),
  notes: (community: string, id: number) =>
    wholeByNumber((cursor) => body<components["schemas"]["IncidentNotes"]>(client.GET("/{community}/incidents/{id}/notes", { params: onwardsOf({ community, id }, cursor) }))),
  write: (community: string, id: number, text: string, subject: string) =>
    body<IncidentNote>(client.POST("/{community}/incidents/{id}/notes", { params: one(community, id), body: { text, subject } })),
};
