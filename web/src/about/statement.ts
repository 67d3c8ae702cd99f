/** What a statement of accessibility holds, by the law on access to public digital service (2018:1937) and the regulations MDFFS 2019:2. */

import type { Numbers } from "../figures/numbers";

/** When the page was last looked over, by these tests and by hand, and when the statement was last changed. */
export const ASSESSED = "2026-11-21";
export const UPDATED = "2026-11-21";

export interface StatementSection {
  heading: string;
  paragraphs: string[];
  items?: string[];
  /** What the section leads to: whoever publishes the page, or the authority that sees to it that the law is kept. */
  link?: "contact" | "supervision";
}

export interface Statement {
  title: string;
  intro: (publisher: string, service: string) => string;
  supervision: { address: string; text: string };
  sections: (n: Numbers) => StatementSection[];
}
