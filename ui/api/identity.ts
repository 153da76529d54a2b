/** Oneself: sessions, factors, and what was shown lately. */
import { body } from "./answer";
import { client } from "./client";
import type { AccountLink, AppBegun, CodeSent, Factors, Session, Sessions, ShownCode, SignInWays } from "./types";

type Options = Record<string, unknown>;

export const identity = {
  ways: () => body<SignInWays>(client.GET("/session/ways", {})),
  sendCode: (name: string, use: "sign_in" | "reset" | "show") =>
    body<CodeSent>(client.POST("/session/codes", { body: { name, use } })),
  shownCodes: () => body<{ items: ShownCode[] }>(client.GET("/session/codes", {})),
  signInByCode: (asked: string, code: string) =>
    body<Session>(client.POST("/session/code", { body: { asked, code } })),
  showSecond: (code: string) => body<Session>(client.POST("/session/second", { body: { code } })),
  resetPassword: (asked: string, code: string, wanted: string) =>
    body<unknown>(client.POST("/session/password/reset", { body: { asked, code, new: wanted } })),
  toProvider: () => body<{ location: string }>(client.POST("/session/provider", {})),
  linkProvider: () => body<{ location: string }>(client.POST("/session/links/provider", {})),
  links: () => body<{ items: AccountLink[] }>(client.GET("/session/links", {})),
  unlink: (id: number) => body<unknown>(client.DELETE("/session/links/{id}", { params: { path: { id } } })),
  sessions: () => body<Sessions>(client.GET("/sessions", {})),
  endSession: (id: string) => body<unknown>(client.DELETE("/sessions/{id}", { params: { path: { id } } })),
  endOthers: () => body<unknown>(client.DELETE("/sessions", {})),
  factors: () => body<Factors>(client.GET("/session/factors", {})),
  show: (shown: { password?: string; code?: string; asked?: string }) =>
    body<unknown>(client.POST("/session/factor", { body: { password: "", code: "", asked: "", ...shown } })),
  beginApp: () => body<AppBegun>(client.POST("/session/app", {})),
  proveApp: (code: string) => body<{ codes: string[] }>(client.POST("/session/app/prove", { body: { code } })),
  dropApp: () => body<unknown>(client.DELETE("/session/app", {})),
  renewCodes: () => body<{ codes: string[] }>(client.POST("/session/recovery-codes", {})),
  askNewPasskey: () => body<{ options: Options }>(client.POST("/session/passkeys/ask", {})),
  addPasskey: (name: string, credential: Options) =>
    body<{ codes: string[] }>(client.POST("/session/passkeys", { body: { name, credential } })),
  dropPasskey: (id: number) =>
    body<unknown>(client.DELETE("/session/passkeys/{id}", { params: { path: { id } } })),
  askPasskey: () => body<{ options: Options }>(client.POST("/session/passkey/ask", {})),
  showPasskey: (credential: Options) =>
    body<Session>(client.POST("/session/passkey", { body: { credential } })),
};
