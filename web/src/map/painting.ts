/** From an answer to how each area looks, and to the legend: the same classes, so that neither says what the other does not. */

import type { AreaFigures, Status } from "../api/answers";
import { classFor, diverging, sequential, type ColourClass } from "../figures/classes";
import { amountColour, changeColour, type Theme } from "../figures/colours";
import { findingOf, statusOf, valueOf, wayOf, type Finding } from "../figures/figures";
import type { Answer, Desk } from "../view/desk.svelte";
import { decimalsOf, figureText, shownText } from "../view/saying";
import { isChange, type Colour } from "../view/view";
import type { Look } from "./atlas";

/** A row of the legend: a colour, lined for a fall, or a hatching, and how many areas have it. */
export type Key =
  | { kind: "class"; colour: string; isFall: boolean; text: string; areas: number }
  | { kind: "lack"; lack: Exclude<Status, "value">; text: string; areas: number };

/** What is shown of an area: how it looks, its figure in words, and the figure that its class goes by; null where there is none. */
export interface Shown {
  look: Look;
  text: string;
  value: number | null;
}

/** A map ready to be drawn. */
export interface Painted {
  answer: Answer;
  colour: Colour;
  decimals: number;
  areas: Map<string, Shown>;
  keys: Key[];
}

/** Areas up to this many have their figure under the name on the map. */
const FIGURES_UP_TO = 20;
const LACKS = ["withheld", "missing", "notApplicable"] as const;
const FINDING_SHADES: [Finding, number][] = [
  ["lower", -2],
  ["likelyLower", -1],
  ["cannotTell", 0],
  ["likelyHigher", 1],
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
  const plain = plainly(colour, (row) => {
    const value = valueOf(row, colour, decimals);
    const text = shownText(row, colour, decimals, desk);
    const mark = colour === "verdict" && wayOf(findingOf(row)) ? { mark: MARKS[findingOf(row)] } : {};
    const mayReach = rows.length <= FIGURES_UP_TO;
    return { look: { ...lookOf(row, colour, value, classes, theme), label: text, mayReach, ...mark }, text, value };
  });
  const named = (row: AreaFigures): Shown => {
    const { look, text, value } = plain(row);
    const label = [broken(row.name), figureOnMap(row, colour, text, rows.length)].filter(Boolean).join("\n");
    return { look: { ...look, label }, text, value };
  };
  const areas = new Map(rows.map((row) => [row.code, answer.backdrop ? plain(row) : named(row)]));
  const keys = [
    ...(colour === "verdict" ? verdictKeys(all, desk, theme) : classKeys(classes, colour, decimals, desk, theme)),
    ...lackKeys(all, colour, desk),
  ];
  return { answer, colour, decimals, areas, keys };
}

/** What is shown of areas apart from their names, made once for all that have the same figure: hexagons may be a thousand, and have few. */
function plainly(colour: Colour, show: (row: AreaFigures) => Shown): (row: AreaFigures) => Shown {
  const made = new Map<unknown, Shown>();
  return (row) => {
    const figure = statusOf(row, colour) !== "value" ? statusOf(row, colour) : colour === "verdict" ? findingOf(row) : row[colour];
    const shown = made.get(figure) ?? show(row);
    made.set(figure, shown);
    return shown;
  };
}

/** What stands under the name of an area: a mark of the verdict or a change with its sign, which colours alone do not tell to all; amounts where there is room. */
function figureOnMap(row: AreaFigures, colour: Colour, text: string, areas: number): string {
  if (statusOf(row, colour) !== "value") return "";
  if (colour === "verdict") return MARKS[findingOf(row)];
  return isChange(colour) || areas <= FIGURES_UP_TO ? text : "";
}

function lookOf(
  row: AreaFigures,
  colour: Colour,
  value: number | null,
  classes: ColourClass[],
  theme: Theme,
): { colour: string; isFall: boolean } | { lack: (typeof LACKS)[number] } {
  const status = statusOf(row, colour);
  if (status !== "value") return { lack: status };
  const shade =
    colour === "verdict" ? FINDING_SHADES.find(([finding]) => finding === findingOf(row))?.[1] : classFor(Number(value), classes)?.shade;
  return { colour: shadeColour(shade ?? 0, colour, theme), isFall: Number(shade) < 0 };
}

const shadeColour = (shade: number, colour: Colour, theme: Theme): string =>
  isChange(colour) ? changeColour(shade, theme) : amountColour(shade, theme);

function classKeys(classes: ColourClass[], colour: Colour, decimals: number, desk: Desk, theme: Theme): Key[] {
  const text = (value: number): string => figureText(value, colour, decimals, desk.n);
  return classes.map(({ low, high, shade, areas }) => ({
    kind: "class",
    colour: shadeColour(shade, colour, theme),
    isFall: shade < 0,
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
  return FINDING_SHADES.flatMap(([finding, shade]) => {
    const areas = rows.filter((row) => statusOf(row, "verdict") === "value" && findingOf(row) === finding).length;
    const text = `${MARKS[finding]} ${desk.t.findings[finding]}`;
    return areas ? [{ kind: "class", colour: changeColour(shade, theme), isFall: shade < 0, text, areas }] : [];
  });
}

function lackKeys(rows: AreaFigures[], colour: Colour, desk: Desk): Key[] {
  return LACKS.flatMap((lack) => {
    const areas = rows.filter((row) => statusOf(row, colour) === lack).length;
    return areas ? [{ kind: "lack", lack, text: desk.t.statuses[lack], areas }] : [];
  });
}

/** A mark beside each finding, so that colour is never alone: filled where it is sure. */
export const MARKS: Record<Finding, string> = {
  higher: "▲",
  likelyHigher: "△",
  cannotTell: "○",
  likelyLower: "▽",
  lower: "▼",
  notApplicable: "–",
};

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
