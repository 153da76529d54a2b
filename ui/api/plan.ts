/** The community's plan, as those see it who live there. */
import { body } from "./answer";
import { client } from "./client";
import type { components } from "./schema";

type S = components["schemas"];

export type Plan = S["PlanOut"];
export type PlanShape = S["PlanShape"];
export type PlanSpot = S["PlanSpot"];

export const plan = {
  mine: (community: string) => body<Plan>(client.GET("/{community}/my/plan", { params: { path: { community } } })),
};
