/** What goes to departments and what comes back. */
import { body, narrowed } from "./answer";
import { client } from "./client";
import type { components } from "./schema";
import type { Page, Words } from "./types";

type S = components["schemas"];
/** What a person lets departments be told of him, and each use of it. */
export type Authorisation = S["AuthorisationOut"];
export type Authorisations = S["Authorisations"];
export type NewAuthorisation = S["AuthorisationIn"];
export type CaseAuthorisation = S["CaseAuthorisation"];

/** A department; `fields` are what of a case may go there. */
export type Department = S["DepartmentOut"];
export type NewDepartment = S["DepartmentIn"];
export type DepartmentChange = S["DepartmentChange"];
/** Where a department is to be reached, and by which key; null leaves it, an empty key is made there. */
export type DepartmentLine = S["DepartmentLine"];

export interface Departments extends Page<Department> {
  fields: { name: string; words: Words; always: boolean }[];
  adapters: { name: string; words: Words }[];
}

export interface ExchangeMessage {
  id: number;
  department: number;
  department_name: Words;
  way: "out" | "in";
  kind: string;
  case: number | null;
  case_number: string;
  state: "waiting" | "taken" | "refused" | "failed";
  tries: number;
  at: string;
  next_at: string | null;
  done_at: string | null;
  reason: string;
  receipt: string;
  by_name: string;
  fact: string;
}

export interface Comparison {
  id: number;
  department: number;
  department_name: Words;
  day: string;
  at: string;
  missing_there: string[];
  unreceipted: string[];
  missing_here: string[];
  differing: string[];
}

export const exchange = {
  departments: (community: string, query: { cursor?: string; limit?: number } = {}) =>
    body<Departments>(client.GET("/{community}/departments", { params: { path: { community }, query: narrowed(query) } })),
  /** A second person has to let it pass; a key that is made is told here once. */
  addDepartment: (community: string, said: NewDepartment) =>
    body<S["DepartmentLineAsked"]>(client.POST("/{community}/departments", { params: { path: { community } }, body: said })),
  /** Less holds at once; what is more waits for a second person. */
  changeDepartment: (community: string, department: number, said: DepartmentChange) =>
    body<S["DepartmentChanged"]>(client.PATCH("/{community}/departments/{department}", { params: { path: { community, department } }, body: said })),
  /** A second person has to let it pass; a key that is made is told here once. */
  askLine: (community: string, department: number, said: DepartmentLine) =>
    body<S["DepartmentLineAsked"]>(client.PUT("/{community}/departments/{department}/line", { params: { path: { community, department } }, body: said })),
  messages: (community: string, query: { state?: string; way?: string; case?: number; cursor?: string } = {}) =>
    body<Page<ExchangeMessage>>(client.GET("/{community}/exchange", { params: { path: { community }, query: narrowed(query) } })),
  message: (community: string, message: number) =>
    body<ExchangeMessage & { body: unknown }>(client.GET("/{community}/exchange/{message}", { params: { path: { community, message } } })),
  send: (community: string, item: number, said: { department: number; personal: string[]; authorisation: number | null }) =>
    body<ExchangeMessage>(client.POST("/{community}/cases/{case}/exchange", { params: { path: { community, case: item } }, body: said })),
  ofCase: (community: string, item: number) =>
    body<{ items: CaseAuthorisation[] }>(client.GET("/{community}/cases/{case}/authorisations", { params: { path: { community, case: item } } })),
  authorisations: (community: string, subject: string, cursor?: number) =>
    body<Authorisations>(client.GET("/{community}/me/authorisations", { params: { path: { community }, query: narrowed({ subject, cursor }) } })),
  /** Departments that can be named, by a part of their name or code. */
  departmentsToName: (community: string, subject: string, department: string) =>
    body<Authorisations>(client.GET("/{community}/me/authorisations", { params: { path: { community }, query: narrowed({ subject, department, limit: 1 }) } })),
  authorise: (community: string, said: NewAuthorisation) =>
    body<{ id: number; until: string }>(client.POST("/{community}/me/authorisations", { params: { path: { community } }, body: said })),
  withdraw: (community: string, id: number) =>
    body<void>(client.POST("/{community}/me/authorisations/{id}/withdraw", { params: { path: { community, id } } })),
  again: (community: string, message: number) =>
    body<ExchangeMessage>(client.POST("/{community}/exchange/{message}/again", { params: { path: { community, message } } })),
  comparisons: (community: string, cursor?: string) =>
    body<Page<Comparison>>(client.GET("/{community}/exchange/comparisons", { params: { path: { community }, query: narrowed({ cursor }) } })),
};
