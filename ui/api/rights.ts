/** Who may what; what takes two persons; what was taken for an emergency. */
import { body, narrowed } from "./answer";
import { client } from "./client";
import type { AccountOpened, AccountReset, Approval, ApprovalPage, Emergency, Grant, GrantWish, Page, Role } from "./types";

const at = (community: string) => ({ path: { community } });
const one = (community: string, id: number) => ({ path: { community, id } });

export const approvals = {
  list: (community: string, query: { waiting?: boolean; cursor?: number; limit?: number }) =>
    body<ApprovalPage>(client.GET("/{community}/approvals", { params: { ...at(community), query: narrowed(query) } })),
  approve: (community: string, id: number, digest: string, reason: string) =>
    body<Approval>(
      client.POST("/{community}/approvals/{id}/approve", { params: one(community, id), body: { digest, reason } }),
    ),
  refuse: (community: string, id: number, digest: string, reason: string) =>
    body<Approval>(
      client.POST("/{community}/approvals/{id}/refuse", { params: one(community, id), body: { digest, reason } }),
    ),
  withdraw: (community: string, id: number) =>
    body<Approval>(client.POST("/{community}/approvals/{id}/withdraw", { params: one(community, id) })),
};

export const rights = {
  roles: (community: string) =>
    body<{ items: Role[] }>(client.GET("/{community}/roles", { params: at(community) })),
  list: (community: string, query: { q?: string; role?: string; cursor?: number; limit?: number }) =>
    body<Page<Grant>>(client.GET("/{community}/grants", { params: { ...at(community), query: narrowed(query) } })),
  ask: (community: string, wish: GrantWish) =>
    body<Approval>(client.POST("/{community}/grants", { params: at(community), body: wish })),
  take: (community: string, id: number) =>
    body<unknown>(client.DELETE("/{community}/grants/{id}", { params: one(community, id) })),
  open: (community: string, username: string, name: string) =>
    body<AccountOpened>(
      client.POST("/{community}/accounts", { params: at(community), body: { username, name, language: "zh" } }),
    ),
  reset: (community: string, wish: AccountReset) =>
    body<AccountOpened>(client.POST("/{community}/accounts/reset", { params: at(community), body: wish })),
  close: (community: string, username: string) =>
    body<unknown>(client.POST("/{community}/accounts/close", { params: at(community), body: { username } })),
};

export const emergencies = {
  list: (community: string, query: { unreviewed?: boolean; cursor?: number; limit?: number }) =>
    body<Page<Emergency>>(
      client.GET("/{community}/emergencies", { params: { ...at(community), query: narrowed(query) } }),
    ),
  take: (community: string, wish: { role: string; place: string; reason: string; minutes: number }) =>
    body<Emergency>(client.POST("/{community}/emergencies", { params: at(community), body: wish })),
  review: (community: string, id: number, justified: boolean, words: string) =>
    body<Emergency>(
      client.POST("/{community}/emergencies/{id}/review", { params: one(community, id), body: { justified, words } }),
    ),
};
