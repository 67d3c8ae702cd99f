// What the compiler must know of the answers: `npm run check` fails when it does not.
import type { Comparison, Problem, Question } from "./answers";

declare const comparison: Comparison;
declare const problem: Problem;

export const counts: (number | null)[] = comparison.items.map((row) => row.count);
export const why: string[] = [problem.detail, problem.detailEn, ...(problem.invalidParameters ?? []).map((fault) => fault.reason)];
export const question: Question<"/v1/comparisons"> = { source: ["brander"], level: "stadsdel", from: "2025-01" };

// @ts-expect-error a misspelt member
export const misspelt = comparison.items[0]?.cuont;
// @ts-expect-error a level that there is not
export const wrong: Question<"/v1/comparisons"> = { source: ["brander"], level: "kvarter" };
