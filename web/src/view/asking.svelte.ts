/** An answer that a part of the page asks for by itself, and that changes with its address. */

import { askOnce, Problem } from "../api/client";

export class Asking<T> {
  /** The newest answer; it stays while the next is under way. */
  found = $state.raw<T | null>(null);
  problem = $state.raw<Problem | null>(null);

  /**
   * Ask whenever the address changes. To be made while a component is.
   *
   * @param address What to ask; empty for nothing.
   */
  constructor(address: () => string) {
    // An answer may come when the component is gone, and its address can no longer be read.
    let latest = "";
    $effect(() => {
      const asked = (latest = address());
      if (!asked) {
        [this.found, this.problem] = [null, null];
        return;
      }
      askOnce<T>(asked)
        .then((found) => {
          if (asked === latest) [this.found, this.problem] = [found, null];
        })
        .catch((error: unknown) => {
          if (!(error instanceof Problem)) throw error;
          if (asked === latest) [this.found, this.problem] = [null, error];
        });
    });
  }
}
