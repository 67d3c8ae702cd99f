/** Answers that a part of the page asks for by itself, beside the one that the whole page shows. */

import { askOnce, Problem } from "../api/client";
import { inTurn } from "../api/turns";

/** What was asked for at some addresses, in their order; what was there stays until all of the new is. */
export class Fetched<T> {
  found = $state.raw<{ addresses: string[]; values: T[] } | null>(null);
  problem = $state.raw<Problem | null>(null);
  readonly values = $derived<T[] | null>(this.found?.values ?? null);

  /** @param addresses What to ask for; none asks for nothing. To be made while a component is. */
  constructor(private readonly addresses: () => string[]) {
    let key = "";
    // Before what lies within is made: that asks for its own after this.
    $effect.pre(() => {
      const asked = this.addresses();
      if (asked.join("\n") === key) return;
      const mine = (key = asked.join("\n"));
      inTurn(
        asked,
        (address) => askOnce<T>(address),
        () => mine === key,
      )
        .then((values) => {
          if (mine === key) [this.found, this.problem] = [{ addresses: asked, values }, null];
        })
        .catch((error: unknown) => {
          if (!(error instanceof Problem)) throw error;
          if (mine === key) [this.found, this.problem] = [null, error];
        });
    });
  }

  /** Tell whether what is here answers what is asked for now. */
  get isCurrent(): boolean {
    return this.found !== null && this.found.addresses.join("\n") === this.addresses().join("\n");
  }
}
