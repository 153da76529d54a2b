import { body, narrowed, onwards, whole } from "./answer";
import { client } from "./client";
import type { components } from "./schema";
import type { Approval, Found, ImportDone, ImportPreview, MapCollection, Page, Person, Place, PlaceDetail, Purpose } from "./types";

export const LISTS = ["people", "households", "vehicles", "organisations", "staff", "equipment"] as const;

export type ListKind = (typeof LISTS)[number];

/** A row of a register list: which columns it has is the kind's own affair. */
export type Row = Record<string, unknown> & { id: number };

/** What a form says of a thing: only what was filled in or changed. */
export type Said = Record<string, unknown>;

const within = (community: string) => ({ path: { community } });

export const register = {
  places: (community: string, query: { kind?: string; under?: string; cursor?: string }) =>
    body<Page<Place>>(
      client.GET("/{community}/places", { params: { ...within(community), query: narrowed(query) } }),
    ),
  place: (community: string, place: string) =>
    body<PlaceDetail>(
      client.GET("/{community}/places/{place}/detail", { params: { path: { community, place } } }),
    ),
  /** A place alone: without the people there, so that no look at them is kept. */
  bare: (community: string, place: string) =>
    body<Place>(client.GET("/{community}/places/{place}", { params: { path: { community, place } } })),
  map: (community: string) =>
    whole<MapCollection>((cursor) => body<MapCollection>(client.GET("/{community}/map", { params: onwards(community, cursor) })), ["features"]),
  list: (community: string, kind: ListKind, query: { q?: string; place?: string; group?: string; cursor?: number }) =>
    body<Page<Row>>(
      client.GET(`/{community}/${kind}` as "/{community}/people", {
        params: { ...within(community), query: narrowed(query) },
      }),
    ),
  cells: (community: string) =>
    whole((cursor) => body<components["schemas"]["Cells"]>(client.GET("/{community}/cells", { params: onwards(community, cursor) }))),
  purposes: () => body<{ items: Purpose[] }>(client.GET("/purposes", {})),
  person: (community: string, id: number, purpose: string) =>
    body<Person>(
      client.GET("/{community}/people/{id}", { params: { path: { community, id }, query: { purpose } } }),
    ),
  /** Enter one of a list; the server says which fields are wrong. */
  add: (community: string, kind: ListKind, said: Said) =>
    body<{ id: number }>(
      client.POST(`/{community}/${kind}` as "/{community}/people", { params: within(community), body: said }),
    ),
  /** Alter one of a list; what is left out stays as it is. */
  change: (community: string, kind: ListKind, id: number, said: Said) =>
    body<{ id: number }>(
      client.PATCH(`/{community}/${kind}/{id}` as "/{community}/people/{id}", {
        params: { path: { community, id } },
        body: said,
      }),
    ),
  /** One person or staff member in full; the look is remembered. */
  full: (community: string, kind: "people" | "staff", id: number, purpose: string) =>
    body<Row>(
      client.GET(`/{community}/${kind}/{id}` as "/{community}/people/{id}", {
        params: { path: { community, id }, query: { purpose } },
      }),
    ),
  putMember: (community: string, member: { room: string; person: string; relation: string; since?: string; until?: string }) =>
    body<unknown>(client.POST("/{community}/memberships", { params: within(community), body: member })),
  putGroup: (community: string, one: { person: string; group: string; source: string; since?: string; until?: string }) =>
    body<unknown>(client.POST("/{community}/groups", { params: within(community), body: one })),
  addPlace: (community: string, said: Said) =>
    body<Place>(client.POST("/{community}/places", { params: within(community), body: said as never })),
  changePlace: (community: string, place: string, said: Said) =>
    body<Place>(
      client.PATCH("/{community}/places/{place}", { params: { path: { community, place } }, body: said as never }),
    ),
  removePlace: (community: string, place: string) =>
    body<unknown>(client.DELETE("/{community}/places/{place}", { params: { path: { community, place } } })),
  addCell: (community: string, said: Said) =>
    body<{ id: number }>(client.POST("/{community}/cells", { params: within(community), body: said as never })),
  changeCell: (community: string, id: number, said: Said) =>
    body<{ id: number }>(
      client.PATCH("/{community}/cells/{id}", { params: { path: { community, id } }, body: said as never }),
    ),
  search: (community: string, q: string) =>
    body<{ items: Found[] }>(
      client.POST("/{community}/search", { params: within(community), body: { q, limit: 50 } }),
    ),
  preview: (community: string, kind: string, file: File) =>
    body<ImportPreview>(
      client.POST("/{community}/imports/{kind}/preview", {
        params: { path: { community, kind } },
        body: { file: "" },
        bodySerializer: () => {
          const form = new FormData();
          form.set("file", file);
          return form;
        },
      }),
    ),
  take: (community: string, kind: string, token: string) =>
    body<ImportDone>(
      client.POST("/{community}/imports/{kind}", { params: { path: { community, kind } }, body: { token } }),
    ),
  takeOut: (community: string, kind: string, form: "xlsx" | "csv", purpose = "") =>
    body<Blob>(
      client.GET("/{community}/exports/{kind}.{form}", { params: { path: { community, kind, form }, query: { purpose } }, parseAs: "blob" }),
    ),
  askExport: (community: string, kind: string, purpose: string, reason: string) =>
    body<Approval>(
      client.POST("/{community}/exports/{kind}/ask", { params: { path: { community, kind } }, body: { purpose, reason } }),
    ),
  templateUrl: (community: string, kind: string) =>
    `/api/v1/${community}/imports/${kind}/template.xlsx`,
};
