/** Asking the API. What goes wrong is thrown as a Problem, which holds the API's own words. */

/** Why an answer did not come: what the API says in both languages, or that it cannot be reached. */
export class Problem extends Error {
  constructor(
    readonly status: number,
    readonly swedish: string,
    readonly english: string,
    readonly faults: { property: string; reason: string; reasonEn: string }[] = [],
  ) {
    super(english);
  }
}

const ACCEPTED = "application/json, application/geo+json, application/problem+json";
/** Seconds in all. */
const LONGEST_WAIT = 20;
const KEPT = 40;
const kept = new Map<string, Promise<unknown>>();

/** What may be said of a request. */
export interface More {
  method?: string;
  headers?: Record<string, string>;
  /** What is sent, as JSON. */
  body?: object;
}

let token: string | null = null;

/** Keep what the page shows with whatever it sends, so that the service knows that it was the page. */
export function keepPageToken(told: string | null): void {
  token = told;
}

/** What the page shows with whatever it sends; null where nobody is signed in. */
export const pageToken = (): string | null => token;

/** There is nothing to show: the service has no figures. */
export const nothingLoaded = (): Problem => new Problem(0, "Inga siffror är inlästa än.", "No figures have been loaded yet.");

/** A query as text; what is empty is left out, a list is repeated. */
export function queryOf(parts: Record<string, string | string[] | null | undefined>): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(parts)) {
    for (const one of Array.isArray(value) ? value : [value]) if (one) query.append(name, one);
  }
  return query.toString();
}

/** Ask for an answer in JSON; more may be said of the request: its method, and headers beside what it accepts. */
export async function ask<T>(path: string, signal?: AbortSignal, more: More = {}): Promise<T> {
  let response: Response;
  try {
    response = await fetched(path, signal, more);
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new Problem(0, "Det går inte att nå tjänsten just nu.", "The service cannot be reached just now.");
  }
  if (response.status === 204) return null as T;
  const body: unknown = await response.json().catch(() => null);
  if (response.ok && body !== null) return body as T;
  throw problemOf(response.status, body as ProblemBody | null);
}

/** Fetch, and again, for as long as the service has so much to do that it asks us to come back. */
async function fetched(path: string, signal: AbortSignal | undefined, { method = "GET", headers = {}, body }: More): Promise<Response> {
  const sent = method === "GET" || !token ? {} : { "X-CSRF-Token": token };
  const how = {
    method,
    headers: { Accept: ACCEPTED, ...sent, ...(body ? { "Content-Type": "application/json" } : {}), ...headers },
    ...(body ? { body: JSON.stringify(body) } : {}),
    ...(signal ? { signal } : {}),
  };
  for (let waited = 0; ;) {
    const response = await fetch(path, how);
    const seconds = response.status === 503 ? Number(response.headers.get("Retry-After")) : 0;
    waited += seconds;
    if (!(seconds > 0 && waited <= LONGEST_WAIT)) return response;
    await new Promise((resolve) => setTimeout(resolve, 1000 * seconds));
    signal?.throwIfAborted();
  }
}

interface ProblemBody {
  detail?: string;
  detailEn?: string;
  title?: string;
  titleEn?: string;
  invalidParameters?: { property: string; reason: string; reasonEn: string }[];
}

/** Turn the body of a refusal into a Problem. */
export function problemOf(status: number, body: ProblemBody | null): Problem {
  const swedish = body?.detail ?? body?.title ?? `Tjänsten kunde inte svara (${status}).`;
  const english = body?.detailEn ?? body?.titleEn ?? `The service could not answer (${status}).`;
  return new Problem(
    status,
    swedish,
    english,
    (body?.invalidParameters ?? []).filter((fault) => fault.reason !== swedish),
  );
}

/** Ask once, and keep the answer for the next time; a failure is forgotten, and so is what was asked for longest ago. */
export function askOnce<T>(path: string): Promise<T> {
  const known = kept.get(path);
  if (known) {
    kept.delete(path);
    kept.set(path, known);
    return known as Promise<T>;
  }
  const asked = ask<T>(path);
  kept.set(path, asked);
  asked.catch(() => kept.delete(path));
  for (const oldest of kept.keys()) {
    if (kept.size <= KEPT) break;
    kept.delete(oldest);
  }
  return asked;
}

/** Forget every answer: something new has been published. */
export function forgetAnswers(): void {
  kept.clear();
}
