import { body, narrowed } from "./answer";
import { client } from "./client";
import type { components } from "./schema";
import type { Approval, Case, CaseColumn, CaseDetail, CaseKind, Move, Notice, Page, StepBody, Words } from "./types";

export interface CaseQuery {
  state?: string;
  open?: boolean;
  kind?: string;
  mine?: boolean;
  matter?: string;
  place?: string;
  overdue?: boolean;
  q?: string;
  cursor?: string;
  limit?: number;
}

export interface Report {
  kind: string;
  place: string;
  title: string;
  description: string;
  key: string;
}

const at = (community: string, id: number) => ({ path: { community, case: id } });

export const cases = {
  list: (community: string, query: CaseQuery) =>
    body<Page<Case>>(
      client.GET("/{community}/cases", { params: { path: { community }, query: narrowed(query) } }),
    ),
  board: (community: string) =>
    body<{ columns: CaseColumn[] }>(
      client.GET("/{community}/cases/board", { params: { path: { community } } }),
    ),
  kinds: (community: string) =>
    body<{ items: CaseKind[] }>(
      client.GET("/{community}/case-kinds", { params: { path: { community } } }),
    ),
  one: (community: string, id: number) =>
    body<CaseDetail>(client.GET("/{community}/cases/{case}", { params: at(community, id) })),
  /** What happened before what a case bears, the newest first. */
  history: (community: string, id: number, cursor: number) =>
    body<Page<Move>>(
      client.GET("/{community}/cases/{case}/history", { params: { ...at(community, id), query: { cursor } } }),
    ),
  report: (community: string, report: Report) =>
    body<{ id: number; number: string }>(
      client.POST("/{community}/cases", { params: { path: { community } }, body: report }),
    ),
  step: (community: string, id: number, step: string, given: StepBody) =>
    body<{ id: number; state: string }>(
      client.POST("/{community}/cases/{case}/steps/{step}", {
        params: { path: { community, case: id, step } },
        body: given,
      }),
    ),
  attach: (community: string, id: number, file: File, stage: string) =>
    body<{ id: number; url: string; stage: string; at: string }>(
      client.POST("/{community}/cases/{case}/photos", {
        params: at(community, id),
        body: { file: "", stage: stage as "before" },
        bodySerializer: () => {
          const form = new FormData();
          form.set("file", file);
          form.set("stage", stage);
          return form;
        },
      }),
    ),
};

export interface Broadcast {
  id: number;
  place: string;
  place_name: Words;
  text: Words;
  urgent: boolean;
  speakers: string[];
  commands: string[];
  blocked: string;
  blocked_text: Words | null;
  at: string;
}

/** What one person spoke to many because it was urgent, and what another found of it. */
export type SpokenAlone = components["schemas"]["SpokenAlone"];

export const broadcasts = {
  list: (community: string, cursor = "") =>
    body<Page<Broadcast>>(
      client.GET("/{community}/broadcasts", { params: { path: { community }, query: narrowed({ cursor, limit: 50 }) } }),
    ),
  /** What one person spoke to many because it was urgent. */
  alone: (community: string, query: { unreviewed?: boolean; cursor?: number } = {}) =>
    body<Page<SpokenAlone>>(client.GET("/{community}/broadcasts/alone", { params: { path: { community }, query: narrowed(query) } })),
  review: (community: string, broadcast: number, justified: boolean, words: string) =>
    body<SpokenAlone>(client.POST("/{community}/broadcasts/{broadcast}/review", { params: { path: { community, broadcast } }, body: { justified, words } })),
  speak: (community: string, said: { place: string; text: Words; urgent: boolean; key: string }) =>
    body<Broadcast | Approval>(client.POST("/{community}/broadcasts", { params: { path: { community } }, body: said })),
};

export const notices = {
  list: (community: string, cursor = "") =>
    body<Page<Notice>>(
      client.GET("/{community}/notices", {
        params: { path: { community }, query: narrowed({ cursor, limit: 50 }) },
      }),
    ),
  read: (community: string, notice: number) =>
    body<unknown>(
      client.POST("/{community}/notices/{notice}/read", { params: { path: { community, notice } } }),
    ),
};
