import { kinds } from './kinds.ts';
import type { Kind } from './kinds.ts';

/** Most edits by which a type may differ from a kind: one for every four characters of the kind, and never more than this. */
const editsMax = 3;

/**
 * The kind that an unknown type was probably meant to be; null if none is similar. Letter case, spaces and underscores do not
 * count. Of several that are equally similar, the first in the order of {@link kinds}.
 */
export function similarKind(type: string): Kind | null {
  const spelled = type
    .trim()
    .toLowerCase()
    .replaceAll(/[_\s]+/g, '-');
  let [similar, fewest]: [Kind | null, number] = [null, Infinity];
  for (const kind of kinds) {
    const allowed = Math.min(editsMax, Math.floor(kind.length / 4));
    // Each edit changes the length by at most one. Without this, a long type would cost the product of both lengths.
    if (Math.abs(kind.length - spelled.length) > allowed) continue;
    const edits = countEdits(spelled, kind);
    if (edits <= allowed && edits < fewest) [similar, fewest] = [kind, edits];
  }
  return similar;
}

/**
 * Characters to insert, delete, replace or swap with their neighbour to make `b` of `a`: the optimal string alignment distance
 * (restricted Damerau-Levenshtein).
 */
function countEdits(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = (last[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      const isSwap = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      const swapped = isSwap ? (beforeLast[j - 2] ?? 0) + 1 : Infinity;
      row.push(Math.min(replaced, swapped, (last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1));
    }
    [beforeLast, last] = [last, row];
  }
  return last[b.length] ?? 0;
}
