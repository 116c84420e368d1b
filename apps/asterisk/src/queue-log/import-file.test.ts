import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import fc from 'fast-check';
import { importFile } from './import-file.ts';
import type { FileLine } from './lines.ts';

let folder = '';
beforeEach(async () => (folder = await mkdtemp(join(tmpdir(), 'callstream-import-file-'))));
afterEach(() => rm(folder, { recursive: true }));

/** A batch has about 25 of these lines, and a chunk of the file, too. */
const padding = 'x'.repeat(10_000);
const secondOf = (line: string): string => line.slice(0, 10);

/** @param answer resolves when ingest answers the nth request; `isLast`: there is no other line */
async function importLines(lines: readonly string[], answer: (request: number, isLast: boolean) => Promise<unknown>) {
  const path = join(folder, 'queue_log');
  await writeFile(path, lines.map((line) => `${line}\n`).join(''));
  const log: string[] = [];
  const saved: number[] = [];
  let [requests, sent] = [0, 0];
  await importFile({
    file: { path, head: Buffer.from(lines[0] ?? '') },
    from: { bytes: 0, lines: 0 },
    hasEnded: true,
    period: { from: 0, to: Infinity },
    positions: { save: (_, { lines: until }) => void saved.push(until) },
    post: async (batch) => {
      sent += batch.lines.length;
      await answer(requests++, sent === lines.length);
      log.push(...batch.lines.map(({ bytes }: FileLine) => bytes.toString()));
    },
    onLines: () => undefined,
    onUnreadable: () => undefined,
  });
  return { log, saved };
}

it('lines of one second come into the log in the order of the file, whichever request is answered first', () =>
  fc.assert(
    fc.asyncProperty(
      // A clock that is set back gives a second to lines that are apart, too.
      fc.array(fc.constantFrom(0, 0, 0, 1, 1, 2, 40, -1), { minLength: 60, maxLength: 150 }),
      fc.array(fc.nat(4), { minLength: 5, maxLength: 5 }),
      async (steps, times) => {
        let at = 1_700_000_000;
        const lines = steps.map(
          (step, i) => `${(at += step)}|NONE|q|Ana|${i % 2 ? 'UNPAUSE' : 'PAUSE'}|${i}${padding}`,
        );
        const { log, saved } = await importLines(lines, (request) => pause(times[request % times.length]));
        expect(saved.at(-1)).toBe(lines.length);
        expect(log.toSorted()).toEqual(lines.toSorted());
        expect(Map.groupBy(log, secondOf)).toEqual(Map.groupBy(lines, secondOf));
      },
    ),
    { numRuns: 20 },
  ));

it('two requests are on their way at once, although lines of one second are next to each other', async () => {
  const lines = Array.from(
    { length: 200 },
    (_, i) => `${1_700_000_000 + Math.floor(i / 7)}|NONE|q|Ana|PAUSE|${i}${padding}`,
  );
  const begun = Array.from(lines, () => Promise.withResolvers<undefined>());
  let alone = 0;
  // Ingest answers a request when it has got the next one.
  await importLines(lines, async (request, isLast) => {
    begun[request]?.resolve(undefined);
    const waited = pause(1_000, 'alone');
    if (!isLast && (await Promise.race([begun[request + 1]?.promise, waited])) === 'alone') alone++;
  });
  expect(alone).toBe(0);
});
