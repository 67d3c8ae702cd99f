/** Made-up parts of answers, for the tests. */

import type { Source } from "../src/api/answers";

/** A source of reported crimes, with what is said to differ. */
export const source = (id: string, more: Partial<Source> = {}): Source => ({
  id,
  name: id,
  nameEn: id,
  description: "",
  descriptionEn: "",
  carries: "events",
  noun: ["brott", "brott"],
  public: false,
  countsBy: "reported",
  refuses: [],
  recodings: [],
  coverage: { from: "2016-01", to: "2025-12", missing: [] },
  ...more,
});
