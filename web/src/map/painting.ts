/** From an answer to how each area looks, and to the legend: the same classes, so that neither says what the other does not. */

import type { AreaFigures, Status, Verdict } from "../api/answers";
import { classFor, diverging, sequential, type ColourClass } from "../figures/classes";
import { amountColour, changeColour, type Theme } from "../figures/colours";
import { statusOf, valueOf } from "../figures/figures";
import type { Answer, Desk } from "../view/desk.svelte";
import { decimalsOf, figureText, shownText } from "../view/saying";
import { isChange, type Colour } from "../view/view";
import type { Look } from "./atlas";

/** A row of the legend: a colour or a hatching, and how many areas have it. */
export type Key =
  | { kind: "class"; colour: string; text: string; areas: number }
  | { kind: "lack"; lack: Exclude<Status, "value">; text: string; areas: number };

/** A map ready to be drawn. */
export interface Painted {
  answer: Answer;
  colour: Colour;
  decimals: number;
  areas: Map<string, { look: Look; text: string; value: number | null }>;
  keys: Key[];
}

/** Areas up to this many have their figure under the name on the map. */
const FIGURES_UP_TO = 20;
const LACKS = ["withheld", "missing", "notApplicable"] as const;
const VERDICT_SHADES: [Verdict, number][] = [
  ["lower", -2],
  ["cannotTell", 0],
  ["higher", 2],
];

/**
 * Colour an answer.
 *
 * @param together The answers, itself among them, whose maps stand together and have one legend: the same classes, of the figures of all of them.
 * @param theme The colours; those of the page unless it is for a file.
 */
export function paint(answer: Answer, desk: Desk, together: Answer[] = [answer], theme: Theme = desk.theme): Painted {
  const rows = answer.comparison.items;
  const all = together.flatMap(({ comparison }) => comparison.items);
  const { colour, breaks } = answer.settled.view;
  const decimals = decimalsOf(all, colour);
  const values = all.flatMap((row) => valueOf(row, colour, decimals) ?? []);
  const classes = colour === "verdict" ? [] : isChange(colour) ? diverging(values, breaks) : sequential(values, breaks);
  const areas = new Map(
    rows.map((row) => {
      const text = shownText(row, colour, decimals, desk);
      const value = valueOf(row, colour, decimals);
      const mark = colour === "verdict" && (row.verdict === "higher" || row.verdict === "lower") ? { mark: MARKS[row.verdict] } : {};
      const mayReach = rows.length <= FIGURES_UP_TO;
      const label = answer.backdrop ? text : [broken(row.name), figureOnMap(row, colour, text, rows.length)].filter(Boolean).join("\n");
      return [row.code, { look: { ...lookOf(row, colour, value, classes, theme), label, mayReach, ...mark }, text, value }];
    }),
  );
  const keys = [
    ...(colour === "verdict" ? verdictKeys(all, desk, theme) : classKeys(classes, colour, decimals, desk, theme)),
    ...lackKeys(all, colour, desk),
  ];
  return { answer, colour, decimals, areas, keys };
}

/** What stands under the name of an area: a mark of the verdict or a change with its sign, which colours alone do not tell to all; amounts where there is room. */
function figureOnMap(row: AreaFigures, colour: Colour, text: string, areas: number): string {
  if (statusOf(row, colour) !== "value") return "";
  if (colour === "verdict") return MARKS[row.verdict ?? "notApplicable"];
  return isChange(colour) || areas <= FIGURES_UP_TO ? text : "";
}

function lookOf(
  row: AreaFigures,
  colour: Colour,
  value: number | null,
  classes: ColourClass[],
  theme: Theme,
): { colour: string } | { lack: (typeof LACKS)[number] } {
  const status = statusOf(row, colour);
  if (status !== "value") return { lack: status };
  if (colour === "verdict") return { colour: changeColour(VERDICT_SHADES.find(([verdict]) => verdict === row.verdict)?.[1] ?? 0, theme) };
  return { colour: shadeColour(classFor(Number(value), classes)?.shade ?? 0, colour, theme) };
}

const shadeColour = (shade: number, colour: Colour, theme: Theme): string =>
  isChange(colour) ? changeColour(shade, theme) : amountColour(shade, theme);

function classKeys(classes: ColourClass[], colour: Colour, decimals: number, desk: Desk, theme: Theme): Key[] {
  const text = (value: number): string => figureText(value, colour, decimals, desk.n);
  return classes.map(({ low, high, shade, areas }) => ({
    kind: "class",
    colour: shadeColour(shade, colour, theme),
    text:
      isChange(colour) && low === 0 && high === 0
        ? desk.t.legend.unchanged
        : low === high
          ? text(low)
          : desk.t.legend.range(text(low), text(high), isChange(colour)),
    areas,
  }));
}

function verdictKeys(rows: AreaFigures[], desk: Desk, theme: Theme): Key[] {
  return VERDICT_SHADES.flatMap(([verdict, shade]) => {
    const areas = rows.filter((row) => statusOf(row, "verdict") === "value" && row.verdict === verdict).length;
    return areas
      ? [{ kind: "class", colour: changeColour(shade, theme), text: `${MARKS[verdict]} ${desk.t.verdicts[verdict]}`, areas }]
      : [];
  });
}

function lackKeys(rows: AreaFigures[], colour: Colour, desk: Desk): Key[] {
  return LACKS.flatMap((lack) => {
    const areas = rows.filter((row) => statusOf(row, colour) === lack).length;
    return areas ? [{ kind: "lack", lack, text: desk.t.statuses[lack], areas }] : [];
  });
}

/** A mark beside each verdict, so that colour is never alone. */
export const MARKS: Record<Verdict, string> = { higher: "▲", lower: "▼", cannotTell: "○", notApplicable: "–" };

/** A name on the map, broken at its spaces and hyphens into lines of at most about twelve letters. */
function broken(name: string): string {
  const lines: string[] = [];
  for (const word of name.split(/(?<=[- ])/)) {
    const last = lines.at(-1);
    if (last !== undefined && (last + word).trim().length <= 12) lines[lines.length - 1] = last + word;
    else lines.push(word);
  }
  return lines.map((line) => line.trim()).join("\n");
}
