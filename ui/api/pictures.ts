/** Pictures of cameras: a list shows none; each look has a purpose, and is remembered. */
import { body } from "./answer";
import { client } from "./client";
import type { components } from "./schema";

export const pictures = {
  purposes: (community: string) =>
    body<components["schemas"]["PicturePurposes"]>(client.GET("/{community}/picture-purposes", { params: { path: { community } } })),
  one: (community: string, id: number, purpose: string) =>
    body<Blob>(client.GET("/{community}/pictures/{id}", { params: { path: { community, id }, query: { purpose } }, parseAs: "blob" })),
  ofDevice: (community: string, code: string, limit = 12) =>
    body<components["schemas"]["Pictures"]>(client.GET("/{community}/devices/{code}/pictures", { params: { path: { community, code }, query: { limit } } })),
  ofAlarm: (community: string, id: number) =>
    body<components["schemas"]["Pictures"]>(client.GET("/{community}/alarms/{id}/pictures", { params: { path: { community, id } } })),
};
