/** The way from one area to the next, by the arrow keys. */

export type Middles = Map<string, [number, number]>;

/**
 * The area one comes to by going in a direction: near, and rather straight ahead than aside; the same area where there is none.
 *
 * @param middles A point in each area, x to the right and y upwards.
 */
export function neighbour(middles: Middles, from: string, dx: number, dy: number): string {
  const here = middles.get(from);
  if (!here) return from;
  let best = from;
  let least = Infinity;
  for (const [code, [x, y]] of middles) {
    const along = (x - here[0]) * dx + (y - here[1]) * dy;
    const across = Math.abs((x - here[0]) * dy - (y - here[1]) * dx);
    if (along <= 0 || across > along || along + 2 * across >= least) continue;
    least = along + 2 * across;
    best = code;
  }
  return best;
}
