/** Measures in turn and keeps the least. */
export async function leastOf(
  rounds: number,
  measure: (round: number) => Promise<number>,
): Promise<number> {
  const found: number[] = [];
  for (let round = 0; round < rounds; round += 1) found.push(await measure(round));
  return Math.min(...found);
}
