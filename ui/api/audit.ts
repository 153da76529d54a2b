/** The audit trail: who looked at what and why, who changed what, who was refused. */
import { body, narrowed } from "./answer";
import { client } from "./client";
import type { components } from "./schema";
import type { Page } from "./types";

export type AuditLine = components["schemas"]["LineOut"];
export type AuditAct = "look" | "write" | "refusal" | "sign_in";

export interface AuditQuery {
  act?: AuditAct;
  /** A name to sign in by, or to be seen by. */
  who?: string;
  /** Whom or what it is about, as `person:12`. */
  what?: string;
  /** Leave out what went on by itself. */
  people?: boolean;
  purpose?: string;
  since?: string;
  before?: string;
  cursor?: string;
  limit?: number;
}

export const audit = {
  lines: (community: string, query: AuditQuery) =>
    body<Page<AuditLine>>(client.GET("/{community}/audit", { params: { path: { community }, query: narrowed(query) } })),
};
