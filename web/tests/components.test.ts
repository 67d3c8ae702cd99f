import { parse, type AST } from "svelte/compiler";
import { expect, test } from "vitest";

const SOURCES = import.meta.glob<string>("../src/**/*.svelte", { query: "?raw", import: "default", eager: true });
/** What a reader meets as words, seen or read out. */
const SAID = new Set(["aria-label", "aria-description", "aria-roledescription", "title", "placeholder", "alt", "label"]);
/** Names of standards are the same in every language. */
const NAMES = /EPSG|GeoJSON/g;
const isWord = (text: string): boolean => /\p{L}{2,}/u.test(text.replace(NAMES, ""));

/** Every text that stands in a component itself. */
function wordsOf(source: string): string[] {
  const found: string[] = [];
  function walk(node: unknown): void {
    if (Array.isArray(node)) return node.forEach(walk);
    if (typeof node !== "object" || node === null) return;
    const one = node as AST.SvelteNode;
    if (one.type === "StyleDirective") return;
    if (one.type === "Attribute") {
      const parts = Array.isArray(one.value) ? one.value : one.value === true ? [] : [one.value];
      if (SAID.has(one.name)) found.push(...parts.flatMap((part) => (part.type === "Text" && isWord(part.data) ? [part.data] : [])));
      return;
    }
    if (one.type === "Text" && isWord(one.data)) found.push(one.data.trim());
    Object.values(one).forEach(walk);
  }
  walk(parse(source, { modern: true }).fragment);
  return found;
}

test("there are components to look at", () => {
  expect(Object.keys(SOURCES).length).toBeGreaterThan(25);
});

test("no words stand in a component: all of them are in the catalogue", () => {
  const found = Object.entries(SOURCES).flatMap(([path, source]) => wordsOf(source).map((word) => `${path}: ${word}`));
  expect(found).toEqual([]);
});

test("words in a component are found where they stand", () => {
  expect(wordsOf('<p>Karta</p><img alt="Kartan" /><input placeholder="Sök" /><i class="map">▾ {one.name}</i>')).toEqual([
    "Karta",
    "Kartan",
    "Sök",
  ]);
});
