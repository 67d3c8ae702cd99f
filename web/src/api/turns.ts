/** Asking for many things without crowding out those who ask for one. */

/** As many as one worker of the service answers at once. */
const AT_ONCE = 2;

/**
 * Ask for each, a few at a time, and give the answers in the order of what was asked for.
 *
 * @param isWanted Tells whether the answers are still waited for; when they are not, no more is asked, and what is given never comes.
 */
export function inTurn<A, T>(asked: A[], ask: (one: A) => Promise<T>, isWanted: () => boolean): Promise<T[]> {
  return new Promise((resolve, reject) => {
    const found: T[] = [];
    let [next, left] = [0, asked.length];
    if (!left) resolve(found);
    const go = (): void => {
      const at = next++;
      if (at >= asked.length || !isWanted()) return;
      ask(asked[at] as A).then((answer) => {
        found[at] = answer;
        if (--left === 0) resolve(found);
        else go();
      }, reject);
    };
    for (let turn = 0; turn < AT_ONCE; turn++) go();
  });
}
