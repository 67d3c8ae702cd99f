// The API's answers by name, from the types that openapi-typescript makes of openapi.json (schema.d.ts: `npm run types` in scripts/api-profile).
import type { components, paths } from "./schema";

type Schemas = components["schemas"];

export type Comparison = Schemas["Comparison"];
export type ComparisonFeatures = Schemas["ComparisonFeatures"];
export type Series = Schemas["Series"];
export type Sources = Schemas["Sources"];
export type Categories = Schemas["Categories"];
export type Areas = Schemas["Areas"];
export type ApiInfo = Schemas["ApiInfo"];
export type Problem = Schemas["Problem"];

/** A path of the API that answers a GET. */
export type Path = { [P in keyof paths]: paths[P] extends { get: object } ? P : never }[keyof paths];

/** What a GET of a path takes as parameters. */
export type Question<P extends Path> = paths[P] extends { get: { parameters: { query?: infer Q } } } ? NonNullable<Q> : never;
