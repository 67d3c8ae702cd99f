/** What is laid over the areas: the grounds of measures and the drawn polygon, and how each looks. */

import type { Theme } from "../figures/colours";
import type { Measure } from "../api/answers";
import type { Span } from "../api/answers";

export const ROLES = ["target", "control", "displacement", "displacementControl"] as const;
export type Role = (typeof ROLES)[number];

/** Lines are told apart by their dashes, and by a number or none. */
export const DASHES: Record<Role | "drawn", number[]> = {
  target: [],
  control: [12, 6],
  displacement: [2, 7],
  displacementControl: [12, 6, 2, 6],
  drawn: [],
};

/** Colours that none of the map's own ramps has. */
export const SIGN_INK: Record<Theme, { measure: string; drawn: string; casing: string; fill: string; text: string }> = {
  light: { measure: "#8a1568", drawn: "#b3480b", casing: "#ffffff", fill: "#b3480b26", text: "#ffffff" },
  dark: { measure: "#ff9ddb", drawn: "#ffb35c", casing: "#0d151b", fill: "#ffb35c2e", text: "#1c0614" },
};

/** The kind of measure that is a cooperation about a place: police, city and property owners together. */
export const COOPERATION = "platssamverkan";
export const isCooperation = ({ kind }: Pick<Measure, "kind">): boolean => kind.trim().toLocaleLowerCase("sv") === COOPERATION;

export type Stage = "planned" | "ongoing" | "ended";

/** Where a measure stands on a day. */
export const stageOf = ({ startsOn, endsOn }: Pick<Measure, "startsOn" | "endsOn">, today: string): Stage =>
  startsOn > today ? "planned" : endsOn !== null && endsOn < today ? "ended" : "ongoing";

/** The kinds of some measures, cooperations about places first, each once. */
export function kindsOf(measures: Pick<Measure, "kind">[]): string[] {
  const kinds = [...new Set(measures.map(({ kind }) => kind))];
  return kinds.sort((a, b) => Number(isCooperation({ kind: b })) - Number(isCooperation({ kind: a })) || a.localeCompare(b, "sv"));
}

/** The months of a span that the API writes as one text. */
export function spanOfText(text: string): Span {
  const [from, to] = text.split("..");
  return { from: String(from), to: String(to ?? from) };
}
