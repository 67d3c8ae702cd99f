/** The city that the page is of: its levels and what they are called there, as the server writes them into the page. */

import type { Level } from "./api/answers";

export interface Words {
  title: string;
  one: string;
  each: string;
  many: string;
}
/** What a level is to the page, whatever it is called in the city. */
export type Role = "basomrade" | "stadsdel" | "stadsdelsomrade" | "stad";
interface Told {
  level: Level;
  role: Role;
  sv: { title: string; one: string; a: string; many: string };
  en: { title: string; one: string; a: string; many: string };
}

/** Nothing is told of the city that the page's own texts are written for. */
const written = typeof document === "undefined" ? undefined : document.getElementById("page")?.dataset.levels;
const told: Told[] = written ? (JSON.parse(written) as Told[]) : [];

const ROLES: Role[] = ["basomrade", "stadsdel", "stadsdelsomrade", "stad"];
/** The level that has a role; where the city has none such, the next larger. */
const levelOf = (role: Role): Level => told.find((one) => ROLES.indexOf(one.role) >= ROLES.indexOf(role))?.level ?? (role as Level);

/** The city's own level of each role, as questions and answers name it. */
export const OWN: Record<Role, Level> = {
  basomrade: levelOf("basomrade"),
  stadsdel: levelOf("stadsdel"),
  stadsdelsomrade: levelOf("stadsdelsomrade"),
  stad: levelOf("stad"),
};

/** The city's levels, the one with the largest areas first and the whole city last. */
export const LEVELS: Level[] = told.length
  ? [...told.filter(({ role }) => role !== "stad").reverse(), ...told.filter(({ role }) => role === "stad")].map(({ level }) => level)
  : ["stadsdelsomrade", "stadsdel", "basomrade", "stad"];

/** Tell whether a level is of the smallest areas, of which some figures would say too much. */
export const isSmallest = (level: Level): boolean =>
  told.length ? told.some((one) => one.level === level && one.role === "basomrade") : level === "basomrade";

/** What the levels are called: as the page's texts say, or as the city does. */
export function namesOf(language: "sv" | "en", written: Record<Role, Words>): Record<Level, Words> {
  const [each, within] = language === "sv" ? ["per", "i"] : ["by", "in"];
  const own = told.map(({ level, role, [language]: words }) => [
    level,
    { title: words.title, one: words.one, each: `${role === "stad" ? within : each} ${words.one}`, many: words.many },
  ]);
  return (own.length ? Object.fromEntries(own) : written) as Record<Level, Words>;
}

/** How exactly a place is known, when it is to an area of the city's own levels. */
export const precisionsOf = (language: "sv" | "en"): Record<string, string> =>
  Object.fromEntries(told.map(({ level, [language]: words }) => [level, `${language === "sv" ? "Till" : "To"} ${words.a}`]));
