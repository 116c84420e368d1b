import fc from 'fast-check';
import { isKind, kinds, similarKind } from './index.ts';

/** Fewest edits that make `b` of `a`, by trying each. Slow, and written apart from the tested code. */
function fewestEdits(a: string, b: string): number {
  const width = b.length + 1;
  const known = new Array<number | undefined>((a.length + 1) * width);
  const edits = (i: number, j: number): number => {
    if (i === 0 || j === 0) return i + j;
    return (known[i * width + j] ??= Math.min(
      edits(i - 1, j) + 1,
      edits(i, j - 1) + 1,
      edits(i - 1, j - 1) + (a[i - 1] === b[j - 1] ? 0 : 1),
      i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1] ? edits(i - 2, j - 2) + 1 : Infinity,
    ));
  };
  return edits(a.length, b.length);
}

const kind = fc.constantFrom(...kinds);
const char = fc.oneof(fc.stringMatching(/^[a-z.-]$/), fc.constantFrom('1', 'é'));
const editOf = (text: string): fc.Arbitrary<string> =>
  fc
    .tuple(fc.constantFrom('insert', 'delete', 'replace', 'swap'), fc.nat(text.length), char)
    .map(([edit, at, inserted]) => {
      const [before, after] = [text.slice(0, at), text.slice(at)];
      if (edit === 'insert') return before + inserted + after;
      if (edit === 'delete') return before + after.slice(1);
      if (edit === 'replace') return before + inserted + after.slice(1);
      return before + after.charAt(1) + after.charAt(0) + after.slice(2);
    });
const twiceEdited = kind.chain((original) =>
  editOf(original)
    .chain(editOf)
    .map((type) => ({ original, type })),
);

describe('the kind that an unknown type is similar to', () => {
  it.each([
    ['call.finish', 'call.finished'],
    ['call.finised', 'call.finished'],
    ['call.fnished', 'call.finished'],
    ['call.finsihed', 'call.finished'],
    ['Call.Finished', 'call.finished'],
    [' CALL.FINISHED ', 'call.finished'],
    ['callFinished', 'call.finished'],
    ['actor.logged in', 'actor.logged-in'],
    ['actor.logout', null],
    ['call.hold', null],
    ['call.teleported', null],
    ['', null],
  ])('of %j is %j', (type, expected) => {
    expect(similarKind(type)).toBe(expected);
  });

  it('is none of a text of 2 MB', () => {
    expect(similarKind('call.finished'.repeat(160_000))).toBeNull();
  });

  it('is the nearest kind, whichever two edits are made to a kind', () => {
    fc.assert(
      fc.property(twiceEdited, ({ original, type }) => {
        // An edit within swapped characters makes it three: neither of them is edited again in an optimal string alignment.
        fc.pre(!isKind(type) && fewestEdits(type, original) <= 2);
        const nearest = Math.min(...kinds.map((each) => fewestEdits(type.trim(), each)));
        const similar = similarKind(type);
        expect(similar).not.toBeNull();
        expect(fewestEdits(type.trim(), similar ?? '')).toBe(nearest);
      }),
      { numRuns: 300 },
    );
  });

  it('is never further away than a quarter of its own characters, or three', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), kind.chain(editOf).chain(editOf).chain(editOf).chain(editOf)), (type) => {
        const similar = similarKind(type);
        if (similar === null) return;
        const spelled = type
          .trim()
          .toLowerCase()
          .replaceAll(/[_\s]+/g, '-');
        expect(fewestEdits(spelled, similar)).toBeLessThanOrEqual(Math.min(3, similar.length / 4));
      }),
      { numRuns: 1_000 },
    );
  });
});
