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

/** How many of many are made: some at once and more after each painting, until all are; hundreds at once would hold the page up. */
export class Growing {
  most = $state(0);

  /**
   * @param whole How many there are.
   * @param origin What they are of; when that is another, it begins anew. To be made while a component is.
   */
  constructor(
    private readonly whole: () => number,
    origin: () => unknown,
    { first, more }: { first: number; more: number },
  ) {
    this.most = first;
    $effect.pre(() => {
      origin();
      this.most = first;
    });
    $effect(() => (this.isBehind ? afterPaint(() => (this.most += more)) : undefined));
  }

  /** Tell whether some are still to come. */
  get isBehind(): boolean {
    return this.most < this.whole();
  }
}
