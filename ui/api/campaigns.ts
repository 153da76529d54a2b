import { body, narrowed } from "./answer";
import { client } from "./client";
import type { Campaign, CampaignDetail, Page, Release, Target, Words } from "./types";

export interface Stage {
  devices: number | null;
  share_pct: number | null;
  wait_s: number;
  most_failures: number;
}

export interface CampaignPlan {
  name: Words;
  release: number;
  place: string;
  codes: string[];
  versions: string[];
  stages: Stage[];
  hours: { from: string; to: string } | null;
  allow_downgrade: boolean;
  key: string;
}

/** The fields of the form of a release; the image of a firmware is its file. */
export interface NewRelease {
  kind: "firmware" | "config";
  model: string;
  version: string;
  notes_zh: string;
  notes_en: string;
  settings: string;
  sha256: string;
}

export type CampaignStep = "pause" | "resume" | "retry" | "roll-back" | "cancel";

const within = (community: string) => ({ path: { community } });
const one = (community: string, id: number) => ({ path: { community, id } });

function form(release: NewRelease, file: File | null): FormData {
  const out = new FormData();
  Object.entries(release).forEach(([name, value]) => out.set(name, value));
  if (file) out.set("file", file);
  return out;
}

export const campaigns = {
  releases: (community: string, query: { kind?: string; model?: string; cursor?: string }) =>
    body<Page<Release>>(
      client.GET("/{community}/releases", { params: { ...within(community), query: narrowed(query) as never } }),
    ),
  addRelease: (community: string, release: NewRelease, file: File | null) =>
    body<Release>(
      client.POST("/{community}/releases", {
        params: within(community),
        body: {} as never,
        bodySerializer: () => form(release, file),
      }),
    ),
  list: (community: string, query: { state?: string; cursor?: string }) =>
    body<Page<Campaign>>(
      client.GET("/{community}/campaigns", { params: { ...within(community), query: narrowed(query) as never } }),
    ),
  one: (community: string, id: number) =>
    body<CampaignDetail>(client.GET("/{community}/campaigns/{id}", { params: one(community, id) })),
  targets: (community: string, id: number, query: { state?: string; cursor?: string }) =>
    body<Page<Target>>(
      client.GET("/{community}/campaigns/{id}/devices", {
        params: { ...one(community, id), query: narrowed(query) as never },
      }),
    ),
  draft: (community: string, plan: CampaignPlan) =>
    body<CampaignDetail>(client.POST("/{community}/campaigns", { params: within(community), body: plan as never })),
  /** Begin it for so many devices: when there are others by now, the server asks again. */
  start: (community: string, id: number, devices: number) =>
    body<CampaignDetail>(
      client.POST("/{community}/campaigns/{id}/start", { params: one(community, id), body: { devices } }),
    ),
  take: (community: string, id: number, step: CampaignStep) =>
    body<CampaignDetail>(
      client.POST(`/{community}/campaigns/{id}/${step}` as "/{community}/campaigns/{id}/pause", {
        params: one(community, id),
      }),
    ),
};
