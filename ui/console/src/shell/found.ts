/** Where a found thing has its page. */
import type { RouteLocationRaw } from "vue-router";
import type { Found } from "@linli/api";

const LISTS: Record<string, string> = {
  person: "people",
  household: "households",
  vehicle: "vehicles",
  organisation: "organisations",
  staff: "staff",
  equipment: "equipment",
};

export function foundAt(item: Found): RouteLocationRaw {
  const list = LISTS[item.kind];
  if (item.kind === "device") return { name: "device", params: { code: item.id } };
  if (item.kind === "case") return { name: "case", params: { id: item.id } };
  if (item.kind === "cell") return { name: "cells" };
  if (item.kind === "scene") return { name: "scene", params: { id: item.id } };
  if (item.kind === "place" || (!list && item.path)) return { name: "places", params: { place: item.path } };
  const title = typeof item.title === "string" ? item.title : item.title.zh;
  return { name: "list", params: { kind: list ?? "people" }, query: { q: title } };
}
