import { expect, test } from "vitest";
import { GROUPS, TOPICS, topicsOf, untold, type Topic } from "../src/methods/topics";
import { explanations as swedish } from "../src/texts/methods.sv";
import { explanations as english } from "../src/texts/methods.en";

const PAGES = import.meta.glob<string>("../../docs/methods/*.md", { query: "?raw", import: "default", eager: true });
const pages = new Map(Object.entries(PAGES).map(([path, text]) => [String(path.split("/").at(-1)).replace(".md", ""), text]));
pages.delete("README");

/** The names of a method in the answers, as its page has them. */
function namesIn(page: string): string[] {
  const told = /Metodens namn i svaren: ([^.]*(?:\.(?=\S)[^.]*)*)\./.exec(page)?.[1] ?? "";
  return [...told.matchAll(/`([a-z0-9-]+)`/g)].map(([, name]) => String(name)).filter((name) => name !== "denominator");
}

test("every page of the methods is explained in plain words, and nothing else is", () => {
  expect(pages.size).toBeGreaterThan(30);
  expect(Object.keys(TOPICS).sort()).toEqual([...pages.keys()].sort());
});

test("every name that a page gives leads to an explanation, and every name that does is on its page", () => {
  const named = [...pages.values()].flatMap(namesIn);
  expect(named.length).toBeGreaterThan(40);
  expect(untold(named)).toEqual([]);
  for (const [topic, names] of Object.entries(TOPICS)) {
    for (const name of names) expect(namesIn(String(pages.get(topic))), topic).toContain(name);
  }
});

test("each topic stands in one group", () => {
  const grouped: Topic[] = Object.values(GROUPS).flat();
  expect([...grouped].sort()).toEqual(Object.keys(TOPICS).sort());
});

test.each([
  ["Swedish", swedish],
  ["English", english],
])("explanations in %s are plain: short sentences, no names from the code", (_, { topics }) => {
  for (const { title, what, how, mind } of Object.values(topics)) {
    for (const text of [what, how, mind]) {
      expect(text, title).toMatch(/^[\p{Lu}0-9“”].*\.$/u);
      expect(text, title).not.toMatch(/`|[a-z][A-Z]/);
      expect(text.split(/(?<=\.) /).length, title).toBeLessThanOrEqual(4);
      for (const sentence of text.split(/(?<=[.:]) /)) expect(sentence.split(" ").length, sentence).toBeLessThanOrEqual(34);
    }
  }
});

test("the methods of an answer are told of once each, in their order", () => {
  expect(topicsOf(["e-test", "poisson-exact-byar", "exact-conditional-test", "new-method"])).toEqual(["change", "rates"]);
  expect(untold(["e-test", "new-method"])).toEqual(["new-method"]);
});
