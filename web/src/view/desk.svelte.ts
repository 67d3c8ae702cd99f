/** The page while it is open: what it shows, what it asks for, and the answers it has. */

import { ask, askOnce, forgetAnswers, keepPageToken, nothingLoaded, Problem } from "../api/client";
import type { ApiInfo, Categories, Comparison, Edition, Hexagons, Outlines, Source } from "../api/answers";
import type { Me } from "../api/me";
import { Numbers, type Language } from "../figures/numbers";
import type { Theme } from "../figures/colours";
import type { Topic } from "../methods/topics";
import { sv, type Texts } from "../texts/sv";
import { OWN } from "../city";
import { preference, setPreference } from "./preferences";
import { afterPaint } from "./late.svelte";
import { settle, settledSources, type Catalogue, type Notice, type Settled } from "./settling";
import { addressOf, categoriesAddress, figuresAddress, isApart, isHexagons, outlinesAddress, type View, viewOf } from "./view";

/** How long the address may tell what was asked for before, in milliseconds. */
const ADDRESS_WAITS = 300;
const NOTHING = (): void => undefined;
const NO_CATEGORIES: Categories = { items: [], groups: [] };

/** An answered question: what was asked, the figures, and the outlines of the areas. */
export interface Answer {
  settled: Settled;
  comparison: Comparison;
  outlines: Outlines;
  /** The areas that lie under hexagons; null where the outlines are the areas themselves. */
  backdrop: Outlines | null;
  /** What the figures themselves give reason to tell. */
  notices: Notice[];
}

/** How the page is to look: as the computer says, or as the reader has chosen. */
export type Look = "auto" | Theme;

export class Desk {
  catalogue = $state.raw<Catalogue | null>(null);
  info = $state.raw<ApiInfo | null>(null);
  /** Who looks at the page; null until that is known. */
  me = $state.raw<Me | null>(null);
  categories = $state.raw<Categories>(NO_CATEGORIES);
  /** What was last asked for; the answer may be under way. */
  asked = $state.raw<Settled | null>(null);
  /** What the map and the table show. */
  answer = $state.raw<Answer | null>(null);
  problem = $state.raw<Problem | null>(null);
  /** What the address holds while a page is shown that asks for no figures; null while figures are. */
  apart = $state.raw<View | null>(null);
  isBusy = $state(true);
  language = $state<Language>("sv");
  look = $state<Look>(preference("look", ["auto", "light", "dark"], "auto"));
  private wantsGround = $state(preference("ground", ["yes", "no"], "yes"));
  /** The pictures under the areas, where the installation has any and the reader has not put them away. */
  readonly ground = $derived(this.wantsGround === "yes" ? (this.info?.baseMap ?? null) : null);
  /** The area under the pointer or the keyboard's ring, by code; empty for none. */
  pointed = $state("");
  /** The method that is being explained; null for none. */
  explained = $state<Topic | null>(null);
  /** The words of the page in the reader's language; all but the Swedish ones are fetched when they are wanted. */
  t = $state.raw<Texts>(sv);
  readonly n = $derived(new Numbers(this.language));
  private prefersDark = $state(matchMedia("(prefers-color-scheme: dark)").matches);
  readonly theme = $derived<Theme>(this.look === "auto" ? (this.prefersDark ? "dark" : "light") : this.look);
  private turn = 0;
  private asking: AbortController | null = null;
  private isOutdated = false;
  /** Writes the address that is still to be written. */
  private write = NOTHING;
  /** Whether that address is a step in the browser's history. */
  private isStep = false;

  constructor() {
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", ({ matches }) => (this.prefersDark = matches));
    addEventListener("popstate", () => {
      const isUnwritten = this.write !== NOTHING && this.isStep;
      this.write = NOTHING;
      // Who goes back from a step that is not written yet is taken one too far.
      if (isUnwritten) history.forward();
      else void this.go(viewOf(location.search));
    });
  }

  /** Ask what there is, and answer what the address asks for. */
  async open(): Promise<void> {
    const language = preference("language", ["sv", "en"], "sv");
    if (language !== this.language) await this.setLanguage(language);
    try {
      await this.fetchCatalogue();
    } catch (error) {
      this.fail(error);
      return;
    }
    await this.go(viewOf(location.search), "replace");
  }

  /** Change a part of what is shown, and say so in the address. */
  change(part: Partial<View>, how: "push" | "replace" = "push"): Promise<void> {
    const view = this.apart ?? this.asked?.view ?? (this.catalogue ? viewOf(location.search) : null);
    return view ? this.go({ ...view, ...part }, how) : Promise.resolve();
  }

  /** Ask again what was last asked for. */
  again(): Promise<void> {
    return this.catalogue ? this.go(this.apart ?? this.asked?.view ?? viewOf(location.search)) : this.open();
  }

  /** Something has been published: what is known here is asked for anew before figures are shown again. */
  outdate(): void {
    this.isOutdated = true;
  }

  /** The reader may see something else than before: everything is asked for anew. */
  seenAnew(): Promise<void> {
    this.outdate();
    return this.again();
  }

  async setLanguage(language: Language): Promise<void> {
    [this.t, this.language] = [language === "sv" ? sv : (await import("../texts/en")).en, language];
    setPreference("language", language);
  }

  setLook(look: Look): void {
    this.look = look;
    setPreference("look", look);
  }

  setGround(isWanted: boolean): void {
    this.wantsGround = isWanted ? "yes" : "no";
    setPreference("ground", this.wantsGround);
  }

  /** Words in the reader's language; the Swedish ones where there are no others. */
  words(swedish: string, english: string | null): string {
    return this.language === "sv" ? swedish : (english ?? swedish);
  }

  private async go(wish: View, how?: "push" | "replace"): Promise<void> {
    const turn = ++this.turn;
    this.asking?.abort();
    this.asking = new AbortController();
    if (isApart(wish.show)) {
      this.toApart(wish, how);
      return;
    }
    const wasApart = this.apart !== null;
    this.apart = null;
    this.isBusy = true;
    try {
      const isNew = this.isOutdated;
      if (isNew) await this.renew();
      const settled = await this.settled(wish);
      if (turn !== this.turn) return;
      this.asked = settled;
      if (how) this.writeAddress(settled.view, how);
      // Whoever leaves a page that is read sees the figures it was opened from, and may turn to it again at once.
      if (wasApart) this.write();
      const answer = await this.answered(settled, this.asking.signal);
      if (turn !== this.turn) return;
      // Whoever saw exact figures and now gets protected ones is not signed in any more.
      if (!isNew && answer.comparison.protection && this.info?.audience === "staff") return this.seenAnew();
      this.answer = answer;
      this.problem = null;
      this.isBusy = false;
      afterPaint(() => this.write());
      void this.fetchCategories(settled, turn);
    } catch (error) {
      if (turn === this.turn) this.fail(error);
    }
  }

  private toApart(wish: View, how?: "push" | "replace"): void {
    this.apart = wish;
    this.problem = null;
    this.isBusy = false;
    if (how) this.writeAddress(wish, how);
    this.write();
  }

  /** Ask anew what there is, and who looks at it. */
  async renew(): Promise<void> {
    forgetAnswers();
    this.answer = null;
    await this.fetchCatalogue();
    this.isOutdated = false;
  }

  private async fetchCatalogue(): Promise<void> {
    const [sources, editions, info] = await Promise.all([
      askOnce<{ items: Source[] }>("/v1/sources?limit=100"),
      askOnce<{ items: Edition[] }>("/v1/editions?limit=100"),
      askOnce<ApiInfo>("/v1/api-info"),
      this.readMe(),
    ]);
    this.catalogue = { sources: sources.items, editions: editions.items, audience: info.audience };
    this.info = info;
  }

  /** Ask who looks at the page: somebody signed in is not for ever. */
  async readMe(): Promise<void> {
    this.me = await ask<Me>("/me");
    keepPageToken(this.me.token);
  }

  private async settled(wish: View): Promise<Settled> {
    const { catalogue } = this;
    const notices: Notice[] = [];
    const sources = catalogue ? settledSources(wish, catalogue, notices) : [];
    if (!catalogue || sources.length === 0) throw nothingLoaded();
    const needsCategories = wish.category.length > 0 || wish.group !== "";
    if (needsCategories) this.categories = await askOnce<Categories>(categoriesAddress(sources));
    return settle(wish, catalogue, sources, this.categories, notices);
  }

  private async answered(settled: Settled, signal: AbortSignal): Promise<Answer> {
    const { view, span } = settled;
    const last = this.answer;
    const isSame = last && figuresAddress(last.settled.view, last.settled.span) === figuresAddress(view, span);
    const found = isSame ? last : await (isHexagons(view) ? inHexagons(settled, signal) : inAreas(settled, signal));
    const { comparison } = found;
    // An area that the level does not have is none; a code may stand in an address that was saved before the city was divided anew.
    const known = new Set(comparison.items.map(({ code }) => code));
    const [area, beside] = [view.area, view.beside].map((code) => (known.has(code) ? code : "")) as [string, string];
    return { ...found, settled: { ...settled, view: { ...view, area, beside } } };
  }

  /** The tree of categories is long, and only the one who opens it needs it. */
  private async fetchCategories({ sources }: Settled, turn: number): Promise<void> {
    const categories = await askOnce<Categories>(categoriesAddress(sources)).catch(() => NO_CATEGORIES);
    if (turn === this.turn) this.categories = categories;
  }

  /**
   * Say in the address what is asked for: when the answer has been painted, or soon if it is long in coming. The browser paints its field of the address
   * and its buttons too, and without a graphics card that takes longer than the map does.
   */
  private writeAddress(view: View, how: "push" | "replace"): void {
    this.write();
    const address = addressOf(view);
    if (address === (location.search || location.pathname)) return;
    this.isStep = how === "push";
    const write = (this.write = (): void => {
      if (this.write !== write) return;
      this.write = NOTHING;
      history[`${how}State`](null, "", address);
    });
    setTimeout(write, ADDRESS_WAITS);
  }

  private fail(error: unknown): void {
    if (error instanceof DOMException && error.name === "AbortError") return;
    this.write();
    this.isBusy = false;
    if (!(error instanceof Problem)) throw error;
    this.problem = error;
  }
}

type Figures = Omit<Answer, "settled">;

async function inAreas({ view, span }: Settled, signal: AbortSignal): Promise<Figures> {
  const [comparison, outlines] = await Promise.all([
    ask<Comparison>(figuresAddress(view, span), signal),
    askOnce<Outlines>(outlinesAddress(view)),
  ]);
  return { comparison, outlines, backdrop: null, notices: [] };
}

/** Hexagons are named after the parts of the city that they lie in, and drawn under the borders of its largest areas. */
async function inHexagons({ view, span }: Settled, signal: AbortSignal): Promise<Figures> {
  const { edition } = view;
  const [found, parts, backdrop, { asAreas }] = await Promise.all([
    ask<Hexagons>(figuresAddress(view, span), signal),
    askOnce<Outlines>(outlinesAddress({ level: OWN.stadsdel, edition })),
    askOnce<Outlines>(outlinesAddress({ level: OWN.stadsdelsomrade, edition })),
    import("../map/hexagons"),
  ]);
  return { ...asAreas(found, parts), backdrop };
}
