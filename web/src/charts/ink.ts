/** What the charts are drawn with, in both themes, and the sample of each that stands in the key. */

import type { Theme } from "../figures/colours";
import { STROKES } from "../map/hatching";
import type { KeyKind } from "./layers";

export interface Ink {
  paper: string;
  text: string;
  quiet: string;
  asked: string;
  base: string;
  other: string;
  rolling: string;
  beside: string;
  baseYear: string;
  unusual: string;
}

export const INK: Record<Theme, Ink> = {
  light: {
    paper: "#ffffff",
    text: "#10222e",
    quiet: "#4b5c68",
    asked: "#1b5f96",
    base: "#7db3d1",
    other: "#c3ced5",
    rolling: "#10222e",
    beside: "#b3580b",
    baseYear: "#8a2f7f",
    unusual: "#b3580b",
  },
  dark: {
    paper: "#141d24",
    text: "#eaf1f4",
    quiet: "#a9b8c1",
    asked: "#7fc0f0",
    base: "#3a6d90",
    other: "#3a4954",
    rolling: "#eaf1f4",
    beside: "#f7b262",
    baseYear: "#e39adb",
    unusual: "#f7b262",
  },
};

export const PROVISIONAL = { fillOpacity: 0.4, strokeDasharray: "3 2" } as const;
export const PARTIAL = { fillOpacity: 0.08, strokeWidth: 1.2 } as const;
export const BESIDE_DASHES = "6 3";
export const NOTE_DASHES = "2 3";
export const BAND_OPACITY = 0.12;
/** Triangles round a middle, pointing up and down. */
export const TRIANGLES = { high: "M0 -5L5 4H-5Z", low: "M0 5L5 -4H-5Z" } as const;

/** A shape of a picture: an element of SVG and what it is given. */
export interface Shape {
  tag: "rect" | "path";
  attributes: Record<string, string | number>;
}

const BAR = { x: 5, y: 1, width: 14, height: 14 };

/** The sample of something in the key, in a box of 24 by 16. */
export function sampleOf(kind: KeyKind, theme: Theme): Shape[] {
  const ink = INK[theme];
  const line = (stroke: string, more: Record<string, string | number> = {}): Shape[] => [
    { tag: "path", attributes: { d: "M1 8H23", stroke, "stroke-width": 2, fill: "none", ...more } },
  ];
  const bar = (attributes: Record<string, string | number>): Shape[] => [{ tag: "rect", attributes: { ...BAR, ...attributes } }];
  const triangle = (d: string): Shape[] => [{ tag: "path", attributes: { d, fill: ink.unusual, transform: "translate(12 8)" } }];
  const samples: Record<KeyKind, () => Shape[]> = {
    asked: () => bar({ fill: ink.asked }),
    base: () => bar({ fill: ink.base }),
    other: () => bar({ fill: ink.other }),
    year12: () => line(ink.asked),
    partial: () => bar({ fill: ink.asked, stroke: ink.asked, "fill-opacity": PARTIAL.fillOpacity, "stroke-width": PARTIAL.strokeWidth }),
    provisional: () =>
      bar({ fill: ink.asked, stroke: ink.asked, "fill-opacity": PROVISIONAL.fillOpacity, "stroke-dasharray": PROVISIONAL.strokeDasharray }),
    rolling: () => line(ink.rolling),
    beside: () => line(ink.beside, { "stroke-dasharray": BESIDE_DASHES }),
    baseYear: () => line(ink.baseYear, { d: "M5 8H19" }),
    expected: () => [
      { tag: "rect", attributes: { x: 1, y: 3, width: 22, height: 10, fill: ink.text, "fill-opacity": BAND_OPACITY } },
      { tag: "path", attributes: { d: "M1 3H23M1 13H23", stroke: ink.quiet, "stroke-width": 0.9, fill: "none" } },
    ],
    high: () => triangle(TRIANGLES.high),
    low: () => triangle(TRIANGLES.low),
    change: () => line(ink.text, { d: "M12 0V16", "stroke-width": 1.2, "stroke-dasharray": NOTE_DASHES }),
    missing: () => hatched("missing", ink),
    withheld: () => hatched("withheld", ink),
    notApplicable: () => hatched("notApplicable", ink),
  };
  return samples[kind]();
}

function hatched(lack: keyof typeof STROKES, ink: Ink): Shape[] {
  return [
    { tag: "rect", attributes: { x: 0.5, y: 0.5, width: 23, height: 15, fill: ink.paper, stroke: ink.quiet } },
    ...[0, 12].map((x): Shape => ({
      tag: "path",
      attributes: { d: STROKES[lack], transform: `translate(${x} 2)`, stroke: ink.quiet, fill: "none", "stroke-width": 1.2 },
    })),
  ];
}
