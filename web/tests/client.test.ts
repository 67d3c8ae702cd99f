import { afterEach, expect, test, vi } from "vitest";
import { ask, Problem } from "../src/api/client";

const ADDRESS = "/v1/sources";

/** Refuse a number of times, asking the reader to come back, and then answer; give the times it was asked. */
function busyFor(refusals: number, seconds: string): number[] {
  const asked: number[] = [];
  vi.stubGlobal("fetch", () => {
    asked.push(performance.now());
    const told = { detail: "Många frågor just nu.", detailEn: "Many questions just now." };
    return Promise.resolve(
      asked.length <= refusals ? Response.json(told, { status: 503, headers: { "Retry-After": seconds } }) : Response.json({ answer: 42 }),
    );
  });
  return asked;
}

afterEach(() => vi.unstubAllGlobals());

test("a busy service is asked again, as it says, until it answers", async () => {
  const asked = busyFor(2, "0.1");
  expect(await ask(ADDRESS)).toEqual({ answer: 42 });
  expect(asked).toHaveLength(3);
  const [first = 0, second = 0, third = 0] = asked;
  expect(second - first).toBeGreaterThanOrEqual(95);
  expect(third - second).toBeGreaterThanOrEqual(95);
});

test("who is asked to come back after longer than a reader waits is told so at once, in the service's own words", async () => {
  const asked = busyFor(9, "60");
  await expect(ask(ADDRESS)).rejects.toThrow(new Problem(503, "Många frågor just nu.", "Many questions just now."));
  expect(asked).toHaveLength(1);
});

test("nobody is asked again on behalf of one who has left", async () => {
  const asked = busyFor(9, "0.1");
  const leaving = new AbortController();
  const answer = ask(ADDRESS, leaving.signal);
  setTimeout(() => leaving.abort(), 50);
  await expect(answer).rejects.toThrow();
  expect(asked).toHaveLength(1);
});
