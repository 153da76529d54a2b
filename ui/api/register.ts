import { body, narrowed } from "./answer";
import { client } from "./client";
import type { Cell, Found, ImportDone, ImportPreview, MapCollection, Page, Person, Place, PlaceDetail, Purpose } from "./types";

export const LISTS = ["people", "households", "vehicles", "organisations", "staff", "equipment"] as const;

export type ListKind = (typeof LISTS)[number];

/** A row of a register list: which columns it has is the kind's own affair. */
export type Row = Record<string, unknown> & { id: number };

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
    body<MapCollection>(client.GET("/{community}/map", { params: within(community) })),
  list: (community: string, kind: ListKind, query: { q?: string; place?: string; group?: string; cursor?: number }) =>
    body<Page<Row>>(
      client.GET(`/{community}/${kind}` as "/{community}/people", {
        params: { ...within(community), query: narrowed(query) },
      }),
    ),
  cells: (community: string) =>
    body<{ items: Cell[] }>(client.GET("/{community}/cells", { params: within(community) })),
  purposes: () => body<{ items: Purpose[] }>(client.GET("/purposes", {})),
  person: (community: string, id: number, purpose: string) =>
    body<Person>(
      client.GET("/{community}/people/{id}", { params: { path: { community, id }, query: { purpose } } }),
    ),
  search: (community: string, q: string) =>
    body<{ items: Found[] }>(
      client.GET("/{community}/search", { params: { ...within(community), query: { q } } }),
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
  exportUrl: (community: string, kind: string, form: "xlsx" | "csv") =>
    `/api/v1/${community}/exports/${kind}.${form}`,
  templateUrl: (community: string, kind: string) =>
    `/api/v1/${community}/imports/${kind}/template.xlsx`,
};
