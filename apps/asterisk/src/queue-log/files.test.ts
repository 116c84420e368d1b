import { appendFile, mkdtemp, rename, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { findRotated, unreadFiles } from '../follow/rotated-files.ts';
import { tailFile } from '../follow/tail-file.ts';
import { findFiles } from './find-files.ts';
import { markLiveSince, readLiveSince } from './folder.ts';
import { countLines, createLineCutter, readLines } from './lines.ts';
import type { FileLine } from './lines.ts';
import { momentOf, placeOf } from './period.ts';
import { openPositions, readHead } from './positions.ts';
import { pauseAfterMs } from './post-lines.ts';

let folder = '';
beforeEach(async () => (folder = await mkdtemp(join(tmpdir(), 'callstream-queue-log-'))));
afterEach(() => rm(folder, { recursive: true }));

const start = { bytes: 0, lines: 0 };
const textOf = (lines: readonly FileLine[]): string[] => lines.map(({ bytes }) => bytes.toString());
async function allLines(path: string, from = start, hasEnded = true): Promise<FileLine[]> {
  const all: FileLine[] = [];
  for await (const lines of readLines(path, from, hasEnded)) all.push(...lines);
  return all;
}

describe('lines', () => {
  it('are the same however a file is cut into chunks, and reading can go on behind each', () =>
    fc.assert(
      fc.property(fc.array(fc.stringMatching(/^[a-c|]{0,9}$/)), fc.array(fc.nat(7)), (texts, cuts) => {
        const file = Buffer.from(texts.map((text) => `${text}\n`).join(''));
        const cutter = createLineCutter(start);
        const lines: FileLine[] = [];
        for (let at = 0, i = 0; at < file.length; i++) {
          const size = (cuts[i % Math.max(1, cuts.length)] ?? 3) + 1;
          lines.push(...cutter.cut(file.subarray(at, at + size)));
          at += size;
        }
        expect(textOf(lines)).toEqual(texts);
        for (const [i, { end, number }] of lines.entries())
          expect(textOf(createLineCutter({ bytes: end, lines: number }).cut(file.subarray(end)))).toEqual(
            texts.slice(i + 1),
          );
      }),
    ));

  it('of any length take bounded memory, and keep their length', () => {
    const cutter = createLineCutter(start);
    for (let i = 0; i < 100; i++) cutter.cut(Buffer.alloc(10_000, 'x'));
    const [line] = cutter.cut(Buffer.from('\nnext\n'));
    expect([line?.bytes.length, line?.length]).toEqual([16 * 1024, 1_000_000]);
  });

  it('of a compressed file are those of the file, from any position', async () => {
    const text = Array.from({ length: 5_000 }, (_, i) => `line ${i}\n`).join('');
    const [plain, compressed] = [join(folder, 'queue_log'), join(folder, 'queue_log.gz')];
    await writeFile(plain, text);
    await writeFile(compressed, gzipSync(text));
    const lines = await allLines(plain);
    expect(await allLines(compressed)).toEqual(lines);
    const { end: bytes, number } = lines[1_234]!;
    const from = { bytes, lines: number };
    expect(await allLines(compressed, from)).toEqual(lines.slice(1_235));
    expect(await allLines(plain, from)).toEqual(lines.slice(1_235));
    expect(await countLines(compressed, from)).toBe(lines.length - 1_235);
  });

  it('that are half written are left, unless the file has ended', async () => {
    const path = join(folder, 'queue_log');
    await writeFile(path, 'a\nb');
    expect(textOf(await allLines(path, start, false))).toEqual(['a']);
    expect(textOf(await allLines(path, start, true))).toEqual(['a', 'b']);
  });
});

describe('files', () => {
  it('are found in folders and by globs, oldest first by their first line, whatever their names', async () => {
    await writeFile(join(folder, 'queue_log'), '1700000300|NONE|NONE|NONE|QUEUESTART|\n');
    await writeFile(join(folder, 'queue_log.1'), 'no time\n1700000200|NONE|NONE|NONE|QUEUESTART|\n');
    await writeFile(join(folder, 'queue_log-20231114.gz'), gzipSync('1700000100|NONE|NONE|NONE|QUEUESTART|\n'));
    await writeFile(join(folder, 'queue_log.empty'), '');
    await writeFile(join(folder, 'full'), '1700000000|NONE|NONE|NONE|QUEUESTART|\n');
    const names = async (...paths: string[]) =>
      (await findFiles(paths)).map(({ path }) => path.slice(folder.length + 1));
    const all = ['queue_log-20231114.gz', 'queue_log.1', 'queue_log'];
    expect(await names(folder)).toEqual(all);
    expect(await names(join(folder, 'queue_log*'), join(folder, 'queue_log'))).toEqual(all);
    await expect(names(join(folder, 'nothing*'))).rejects.toThrow(/no file matches it/);
  });

  it('are recognised after a rotation, compressed, and grown; another file is not', async () => {
    const path = join(folder, 'queue_log');
    const store = join(folder, 'positions', 'import.json');
    await writeFile(path, '1700000000|a\n');
    openPositions(store).save(await readHead(path), { bytes: 13, lines: 1 });
    await appendFile(path, '1700000001|b\n'.repeat(1_000));
    await writeFile(`${path}.1.gz`, gzipSync('1700000000|a\n1700000001|b\n'));
    await writeFile(`${path}.other`, '1700000001|a\n');
    const { find } = openPositions(store);
    expect(find(await readHead(path))).toMatchObject({ bytes: 13, lines: 1 });
    expect(find(await readHead(`${path}.1.gz`))).toMatchObject({ bytes: 13, lines: 1 });
    expect(find(await readHead(`${path}.other`))).toBeNull();
  });

  it('are not recognised by a part of their first line', async () => {
    const path = join(folder, 'queue_log');
    await writeFile(path, '17000');
    const positions = openPositions(join(folder, 'data', 'import.json'));
    positions.save(await readHead(path), { bytes: 5, lines: 1 });
    expect(positions.find(Buffer.from('1700000000|another file\n'))).toBeNull();
  });

  it('that are compressed in another way are refused by name', async () => {
    await writeFile(join(folder, 'queue_log.2.xz'), 'xz');
    await expect(findFiles([join(folder, 'queue_log.2.xz')])).rejects.toThrow(
      /queue_log\.2\.xz is compressed, but not with/,
    );
  });

  it('that were rotated while nobody followed are read on, in their order', async () => {
    const path = join(folder, 'queue_log');
    await writeFile(`${path}.2`, '1700000000|a\n');
    const positions = openPositions(join(folder, 'data', 'follow.json'));
    const findUnread = async () => unreadFiles((await findRotated(path, () => false)).files, positions.find);
    expect(await findUnread()).toBeNull();
    positions.save(await readHead(`${path}.2`), { bytes: 13, lines: 1 });
    await writeFile(`${path}.1`, '1700000001|b\n');
    await writeFile(path, '1700000002|c\n');
    await writeFile(`${path}er`, '1700000003|another file\n');
    const unread = await findUnread();
    expect(unread?.map(({ file, from }) => [file.path, from.bytes])).toEqual([
      [`${path}.2`, 13],
      [`${path}.1`, 0],
      [path, 0],
    ]);
  });
});

it.each(['another file', 'a truncation', 'a truncation after which as much is written'])(
  'a tail ends with %s, once it has read what was written before',
  async (how) => {
    const path = join(folder, 'queue_log');
    await writeFile(path, 'one\ntwo\n');
    const lines: string[] = [];
    const { promise: isRead, resolve: hasRead } = Promise.withResolvers<undefined>();
    const onLines = (read: readonly FileLine[]): Promise<void> => {
      lines.push(...textOf(read));
      hasRead(undefined);
      return Promise.resolve();
    };
    const tail = tailFile({ path, from: { bytes: 4, lines: 1 }, signal: new AbortController().signal, onLines });
    await isRead;
    if (how === 'another file') {
      await rename(path, `${path}.1`);
      await appendFile(`${path}.1`, 'three\n');
      await writeFile(path, 'four\n');
    } else if (how === 'a truncation') await truncate(path);
    else await writeFile(path, 'ONE\nTWO\n');
    await tail;
    expect(lines).not.toContain('four');
    if (how === 'another file') expect(lines).toEqual(['two', 'three']);
  },
);

it('a line is placed in a period by its own time; without one it is unreadable', () => {
  const place = (text: string) =>
    placeOf({ bytes: Buffer.from(text), length: text.length }, { from: 1_000_000_000_000, to: 1_000_000_100_000 });
  expect(['', 'x', '999999999', '1000000000', '1000000100', '1000000101'].map((text) => place(text.length < 9 ? text : `${text}|1.1|q|NONE|ABANDON|`))).toEqual([
    'empty', 'unreadable', 'before', 'within', 'within', 'after',
  ]); // prettier-ignore
  expect(momentOf('2026-03-02', '--from')).toBe(Date.UTC(2026, 2, 2));
  expect(momentOf('2026-03-02T13:00:00-03:00', '--from')).toBe(Date.UTC(2026, 2, 2, 16));
  expect(() => momentOf('yesterday', '--from')).toThrow(/^--from yesterday: expected a time/);
});

it('the first live event of a PBX stays the first', () => {
  const config = { DATA_DIR: folder, ASTERISK_NAME: undefined };
  expect(readLiveSince(config)).toBeNull();
  markLiveSince(config, 1_000);
  markLiveSince(config, 2_000);
  expect(readLiveSince(config)).toBe(1_000);
});

it('an import takes a smaller share of the time, the longer ingest takes to answer', () => {
  const shareOf = (ms: number): number => ms / (ms + pauseAfterMs(ms));
  expect(shareOf(250)).toBe(1);
  expect(shareOf(500)).toBeCloseTo(0.5);
  expect(shareOf(1_000)).toBeLessThan(0.35);
  expect(pauseAfterMs(60_000)).toBe(2_000);
});
