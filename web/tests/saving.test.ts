import { expect, it } from "vitest";
import { inRows, wrapped } from "../src/charts/saving";

it("a text is broken where there is room no more, and a word never", () => {
  const widthOf = (text: string): number => text.length;
  expect(wrapped("ett två tre", 7, widthOf)).toEqual(["ett två", "tre"]);
  expect(wrapped("Enskede-Årsta-Vantör hela", 7, widthOf)).toEqual(["Enskede-Årsta-Vantör", "hela"]);
  expect(wrapped("", 7, widthOf)).toEqual([""]);
});

it("samples stand in rows, and one that is too wide alone", () => {
  expect(inRows([4, 4, 20, 4], 10)).toEqual({
    places: [
      { x: 0, row: 0 },
      { x: 4, row: 0 },
      { x: 0, row: 1 },
      { x: 0, row: 2 },
    ],
    rows: 3,
  });
  expect(inRows([], 10)).toEqual({ places: [], rows: 0 });
});
