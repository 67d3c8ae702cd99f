/** Fetches what methods are in words: it is long, and most never ask for it. */

import type { Language } from "../figures/numbers";
import type { Explanations } from "./topics";

const IN: Record<Language, () => Promise<{ explanations: Explanations }>> = {
  sv: () => import("../texts/methods.sv"),
  en: () => import("../texts/methods.en"),
};

/** Every method in plain words. */
export const explanationsIn = async (language: Language): Promise<Explanations> => (await IN[language]()).explanations;
