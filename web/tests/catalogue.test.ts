import { expect, test } from "vitest";
import WORDS from "./words.json";

const CATALOGUES = import.meta.glob<string>("../src/texts/*.ts", { query: "?raw", import: "default", eager: true });

/** The texts of a catalogue: what stands in quotes and has a space, without what is put into it. */
function textsOf(source: string): string[] {
  const found = source.match(/"(?:[^"\\\n]|\\.)*"|`(?:[^`\\]|\\.)*`/g) ?? [];
  return found.map((text) => text.replace(/\$\{[^}]*\}+/g, " ")).filter((text) => /\p{L} \p{L}/u.test(text));
}

const holds = (text: string, words: string[]): boolean => new RegExp(`(?<![\\p{L}-])(${words.join("|")})(?![\\p{L}-])`, "iu").test(text);

test.each(Object.keys(CATALOGUES))("%s is in its own language throughout", (path) => {
  const isSwedish = path.endsWith("sv.ts");
  const texts = textsOf(String(CATALOGUES[path]));
  expect(texts.length).toBeGreaterThan(20);
  expect(texts.filter((text) => holds(text, isSwedish ? WORDS.english : WORDS.swedish))).toEqual([]);
});
