/** What may wait until the rest has been painted, so that what is looked at first is not held up. */

import { untrack } from "svelte";

/** Do something when the page has been painted as it stands; gives what calls it off. */
export function afterPaint(work: () => void): () => void {
  let later: ReturnType<typeof setTimeout> | undefined;
  const frame = requestAnimationFrame(() => (later = setTimeout(work)));
  return () => {
    cancelAnimationFrame(frame);
    clearTimeout(later);
  };
}

/** A value that follows another, one painting behind. */
export class Late<T> {
  value = $state.raw<T | null>(null);

  /** @param now The value that is followed. To be made while a component is. */
  constructor(private readonly now: () => T) {
    $effect(() => {
      const next = now();
      if (next === untrack(() => this.value)) return;
      return afterPaint(() => (this.value = next));
    });
  }

  /** Tell whether the value is still to come. */
  get isBehind(): boolean {
    return this.value !== this.now();
  }
}

/**
 * A long list, made some at once and more after each painting: hundreds at once would hold the page up. When another list takes its place, what the
 * two have in common stands as it was until its turn comes; what only the old one has goes at once.
 */
export class Growing<T> {
  private most = $state(0);
  private before = $state.raw<T[]>([]);
  private made: T[] = [];

  /**
   * @param whole The list. To be made while a component is.
   * @param keyOf What tells which of two lists' members are of the same thing.
   */
  constructor(
    private readonly whole: () => T[],
    private readonly keyOf: (one: T) => string,
    { first, more }: { first: number; more: number },
  ) {
    this.most = first;
    $effect.pre(() => {
      const next = whole();
      // What is there already is only put in another order, which is soon done.
      const there = new Set(this.made);
      [this.before, this.most] = [this.made, next.every((one) => there.has(one)) ? next.length : first];
    });
    $effect(() => void (this.made = this.shown));
    $effect(() => (this.isBehind ? afterPaint(() => (this.most += more)) : undefined));
  }

  /** What is to stand there now. */
  readonly shown = $derived.by(() => {
    const whole = this.whole();
    if (!this.isBehind) return whole;
    const first = whole.slice(0, this.most);
    const later = new Set(whole.slice(this.most).map(this.keyOf));
    return [...first, ...this.before.filter((one) => later.has(this.keyOf(one)))];
  });

  /** Tell whether some are still to come. */
  get isBehind(): boolean {
    return this.most < this.whole().length;
  }
}
