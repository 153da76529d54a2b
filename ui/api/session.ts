import { body } from "./answer";
import { client } from "./client";
import type { Session } from "./types";

export const session = {
  who: () => body<Session>(client.GET("/session", {})),
  signIn: (username: string, password: string, code = "") =>
    body<Session>(client.POST("/session", { body: { username, password, code } })),
  signOut: (signal?: AbortSignal) => body<unknown>(client.DELETE("/session", { signal })),
  speak: (language: string) => body<Session>(client.PATCH("/session", { body: { language } })),
  changePassword: (old: string, wanted: string) =>
    body<unknown>(client.POST("/session/password", { body: { old, new: wanted } })),
  ticket: (community: string) =>
    body<{ ticket: string; expires_at: string }>(
      client.GET("/{community}/ticket", { params: { path: { community } } }),
    ),
};
