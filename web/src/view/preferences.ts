/** What a reader has chosen about the page itself; kept on their own computer where that is allowed. */

const PREFIX = "trygghetskarta.";

/** A choice made before, if it is still one of the possible. */
export function preference<T extends string>(name: string, possible: readonly T[], otherwise: T): T {
  try {
    const found = localStorage.getItem(PREFIX + name) as T | null;
    return found !== null && possible.includes(found) ? found : otherwise;
  } catch {
    return otherwise;
  }
}

/** Remember a choice; where nothing may be kept, it lasts as long as the page. */
export function setPreference(name: string, value: string): void {
  try {
    localStorage.setItem(PREFIX + name, value);
  } catch {
    // A browser may forbid it; the choice holds until the page is closed.
  }
}
