/** Releases: tables in classes and counts with noise, let pass by a second person and taken once. */
import { body } from "./answer";
import { client } from "./client";
import type { Page, Words } from "./types";

export interface ReleaseColumn {
  key: string;
  name: Words;
  grade: string;
  grade_name: Words;
  /** Never generalised: the sensitive column, or left out. */
  grave: boolean;
  number: boolean;
}

/** What can be released; ε in thousandths. */
export interface ReleaseChoices {
  columns: ReleaseColumn[];
  left_milli: number;
  year_milli: number;
}

export interface ReleaseWish {
  kind: "rows" | "counts";
  by: string[];
  sensitive: string;
  k: number;
  l: number;
  epsilon_milli: number;
  place: string;
}

/** What a release tells and lost; of counts, what they cost. Shares from 0 to 1. */
export interface ReleaseMeasures {
  rows: number | null;
  left_out: number | null;
  classes: number | null;
  smallest: number | null;
  prosecutor: number | null;
  journalist: number | null;
  at_risk: number | null;
  diversity: number | null;
  certainty: number | null;
  ncp: number | null;
  counts: number | null;
  epsilon_milli: number | null;
  error: number | null;
}

export interface DataRelease {
  id: number;
  kind: "rows" | "counts";
  measures: ReleaseMeasures;
  purpose: string;
  recipient: string;
  state: string;
  own: boolean;
  asked_by: { id: number; name: string };
  asked_at: string;
  taken_at: string | null;
}

export type ReleaseForm = "xlsx" | "csv";

const within = (community: string) => ({ path: { community } });

export const releases = {
  columns: (community: string) =>
    body<ReleaseChoices>(client.GET("/{community}/data-releases/columns", { params: within(community) })),
  all: (community: string, cursor?: number) =>
    body<Page<DataRelease>>(
      client.GET("/{community}/data-releases", { params: { ...within(community), query: cursor ? { cursor } : {} } }),
    ),
  measure: (community: string, wish: ReleaseWish) =>
    body<ReleaseMeasures>(client.POST("/{community}/data-releases/measure", { params: within(community), body: wish })),
  ask: (community: string, wish: ReleaseWish, purpose: string, recipient: string) =>
    body<DataRelease>(
      client.POST("/{community}/data-releases", { params: within(community), body: { ...wish, purpose, recipient } }),
    ),
  /** The file, given once. */
  take: (community: string, id: number, form: ReleaseForm) =>
    body<Blob>(
      client.POST("/{community}/data-releases/{id}/take.{form}", { params: { path: { community, id, form } }, parseAs: "blob" }),
    ),
};
