/** Numbers as text, by the rules of the reader's language. */

const LOCALES = { sv: "sv-SE", en: "en-GB" } as const;
export type Language = keyof typeof LOCALES;

/** What stands where there is no number. */
export const NOTHING = "–";

/** Writers of numbers and instants in one language. */
export class Numbers {
  readonly locale: string;
  private readonly written = new Map<string, Intl.NumberFormat>();
  private readonly instants: Intl.DateTimeFormat;
  private readonly moments: Intl.DateTimeFormat;
  private readonly days: Intl.DateTimeFormat;
  readonly order: Intl.Collator;

  constructor(language: Language) {
    this.locale = LOCALES[language];
    this.instants = new Intl.DateTimeFormat(this.locale, { dateStyle: "long", timeStyle: "short", timeZone: "Europe/Stockholm" });
    this.moments = new Intl.DateTimeFormat(this.locale, { dateStyle: "short", timeStyle: "short", timeZone: "Europe/Stockholm" });
    this.days = new Intl.DateTimeFormat(this.locale, { dateStyle: "long", timeZone: "Europe/Stockholm" });
    this.order = new Intl.Collator(this.locale, { numeric: true });
  }

  /** Write a number, with a real minus in every language: a hyphen is too short to be seen before a figure. */
  private by(name: string, options: Intl.NumberFormatOptions): { format: (value: number) => string } {
    let format = this.written.get(name);
    if (!format) this.written.set(name, (format = new Intl.NumberFormat(this.locale, options)));
    const written = format;
    return { format: (value) => written.format(value).replace("-", "\u2212") };
  }

  /** 12 345 */
  whole = (value: number): string => this.by("whole", { maximumFractionDigits: 0 }).format(value);

  /** +12, −3, 0 */
  signed = (value: number): string => this.by("signed", { maximumFractionDigits: 0, signDisplay: "exceptZero" }).format(value);

  /** +12 %, from 12 */
  percent = (value: number): string =>
    this.by("percent", { style: "percent", maximumFractionDigits: 0, signDisplay: "exceptZero" }).format(value / 100);

  /** +0,7 %, from 0.7; +2,0 % beside it */
  finePercent = (value: number): string =>
    this.by("finePercent", { style: "percent", minimumFractionDigits: 1, maximumFractionDigits: 1, signDisplay: "exceptZero" }).format(
      value / 100,
    );

  /** 12 %, from 0.12 */
  share = (value: number): string => this.by("share", { style: "percent", maximumFractionDigits: 0 }).format(value);

  /** 2,1 of 2.13; 0,48 of 0.477 */
  times = (value: number): string => this.decimal(value, value >= 10 ? 0 : value >= 0.95 ? 1 : 2);

  /** 0,4 %, from 0.004 */
  sharp = (value: number): string => this.by("sharp", { style: "percent", maximumFractionDigits: 1 }).format(value);

  /** 5,9 */
  decimal = (value: number, decimals: number): string =>
    this.by(`decimal${decimals}`, { minimumFractionDigits: decimals, maximumFractionDigits: decimals }).format(value);

  /** 21 november 2026 */
  day = (text: string): string => this.days.format(new Date(text));

  /** 21 november 2026 kl. 19:43 */
  instant = (text: string): string => this.instants.format(new Date(text));

  /** 2026-11-21 19:43, for tables */
  moment = (text: string): string => this.moments.format(new Date(text));
}

/** Decimals that keep the rates of one answer apart. */
export function decimalsFor(values: (number | null)[]): number {
  const largest = Math.max(0, ...values.map((value) => value ?? 0));
  if (largest >= 10) return 1;
  return largest >= 1 ? 2 : 3;
}

/** The word with a capital letter first. */
export const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
