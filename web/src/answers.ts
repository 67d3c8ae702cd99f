// The API's answers by name, from the types that openapi-typescript makes of openapi.json (src/api.d.ts: `npm run types`).
import type { operations, paths } from "./api";

/** A path of the API that answers a GET. */
export type Path = { [P in keyof paths]: paths[P] extends { get: unknown } ? P : never }[keyof paths];

type Content<Operation> = Operation extends { responses: { 200: { content: infer C } } } ? C : never;

/** What a GET of a path takes as parameters. */
export type Question<P extends Path> = paths[P] extends { get: { parameters: { query?: infer Q } } } ? Q : never;

/** What a GET of a path answers as JSON. */
export type Answer<P extends Path> = Content<paths[P]["get"]> extends { "application/json": infer J } ? J : never;

/** What a GET of a path answers as GeoJSON. */
export type Features<P extends Path> = Content<paths[P]["get"]> extends { "application/geo+json": infer G } ? G : never;

/** What every error is. */
export type Problem = operations["apiInfo"]["responses"][400]["content"]["application/problem+json"];
