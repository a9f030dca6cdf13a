/** A line that is the same on both sides. */
export interface CommonLine {
  readonly oldIndex: number;
  readonly newIndex: number;
}

/**
 * The longest rising sequence of places where a row of `rowLength` lines starts that occurs exactly
 * once on each side.
 */
export function uniqueAnchors(
  oldIds: readonly number[],
  newIds: readonly number[],
  rowLength: number,
): CommonLine[] {
  const newPlaces = placesOfUnique(rowKeys(newIds, rowLength));
  const candidates: CommonLine[] = [];
  for (const [key, oldIndex] of placesOfUnique(rowKeys(oldIds, rowLength))) {
    const newIndex = newPlaces.get(key);
    if (newIndex !== undefined) candidates.push({ oldIndex, newIndex });
  }
  candidates.sort((a, b) => a.oldIndex - b.oldIndex);
  return longestRising(candidates);
}

function rowKeys(ids: readonly number[], rowLength: number): string[] {
  const keys: string[] = [];
  for (let index = 0; index + rowLength <= ids.length; index++)
    keys.push(ids.slice(index, index + rowLength).join());
  return keys;
}

function placesOfUnique(keys: readonly string[]): Map<string, number> {
  const places = new Map<string, number>();
  const repeated = new Set<string>();
  for (const [index, key] of keys.entries()) {
    if (places.has(key)) repeated.add(key);
    else places.set(key, index);
  }
  for (const key of repeated) places.delete(key);
  return places;
}

interface Pile {
  readonly anchor: CommonLine;
  readonly before: Pile | null;
}

function longestRising(candidates: readonly CommonLine[]): CommonLine[] {
  const piles: Pile[] = [];
  for (const anchor of candidates) {
    let low = 0;
    let high = piles.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((piles[middle]?.anchor.newIndex ?? 0) < anchor.newIndex) low = middle + 1;
      else high = middle;
    }
    piles[low] = { anchor, before: piles[low - 1] ?? null };
  }
  const row: CommonLine[] = [];
  for (let pile = piles.at(-1) ?? null; pile !== null; pile = pile.before) row.push(pile.anchor);
  return row.reverse();
}
