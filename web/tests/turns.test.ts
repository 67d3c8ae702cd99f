import { expect, it } from "vitest";
import { inTurn } from "../src/api/turns";

const pause = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));

it("asks two at a time and gives the answers in order", async () => {
  let [going, most] = [0, 0];
  const ask = async (one: number): Promise<number> => {
    most = Math.max(most, ++going);
    for (let step = 0; step < 5 - one; step++) await pause();
    going--;
    return one * 10;
  };
  expect(await inTurn([0, 1, 2, 3, 4], ask, () => true)).toEqual([0, 10, 20, 30, 40]);
  expect(most).toBe(2);
  expect(await inTurn([], ask, () => true)).toEqual([]);
});

it("asks for no more when one is refused, or when nobody waits", async () => {
  const met: number[] = [];
  const refuse = async (one: number): Promise<number> => {
    met.push(one);
    await pause();
    throw new Error("no");
  };
  await expect(inTurn([0, 1, 2, 3], refuse, () => true)).rejects.toThrow("no");
  let isWanted = true;
  void inTurn(
    [10, 11, 12, 13],
    async (one) => (met.push(one), (isWanted = false), one),
    () => isWanted,
  );
  await pause();
  expect(met).toEqual([0, 1, 10]);
});
