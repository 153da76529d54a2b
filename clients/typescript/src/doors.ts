/** The doors of a community as types, made of what the API says of itself (`npm run generate`). */
import type { paths } from "./schema.js";

export type Method = "get" | "post" | "put" | "patch" | "delete";

type Whole<R extends string> = `/api/v1/{community}${R}`;
type Inside<P, M extends Method> = P extends Whole<infer R>
  ? P extends keyof paths
    ? paths[P] extends Record<M, object>
      ? R
      : never
    : never
  : never;

/** The paths of a method, without what stands before each: `/api/v1/{community}`. */
export type Path<M extends Method> = Inside<keyof paths, M>;

type Door<M extends Method, R extends string> = Whole<R> extends keyof paths
  ? M extends keyof paths[Whole<R>]
    ? paths[Whole<R>][M]
    : never
  : never;

type Places<D> = D extends { parameters: { path: infer P } } ? Omit<P, "community"> : Record<never, never>;
type Query<D> = D extends { parameters: { query?: infer Q } } ? NonNullable<Q> : Record<never, never>;
type Body<D> = D extends { requestBody?: infer B }
  ? [NonNullable<B>] extends [never]
    ? undefined
    : NonNullable<B> extends { content: { "application/json": infer J } }
      ? J
      : FormData | URLSearchParams
  : undefined;

type WithPlaces<D> = keyof Places<D> extends never ? { path?: undefined } : { path: Places<D> };
type WithBody<D> = [Body<D>] extends [undefined] ? { body?: undefined } : { body: Body<D> };

/** What a call is given: the holes of its path, its query, its body; `ifMatch` is the ETag that was
 *  seen, `key` an Idempotency-Key of one's own. */
export type Given<M extends Method, R extends string> = WithPlaces<Door<M, R>> &
  WithBody<Door<M, R>> & { query?: Query<Door<M, R>>; ifMatch?: string; key?: string };

type Told<S> = S extends { content: { "application/json": infer J } } ? J : undefined;
type Good = 200 | 201 | 202 | 204;

/** What a door answers when it does not refuse. */
export type Answer<M extends Method, R extends string> = Door<M, R> extends { responses: infer S }
  ? Told<S[keyof S & Good]>
  : never;

/** What a list holds. */
export type Item<R extends string> = Answer<"get", R> extends { items: (infer I)[] } ? I : never;
