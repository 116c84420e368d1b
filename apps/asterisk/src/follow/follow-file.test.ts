import { appendFile, mkdir, mkdtemp, rename, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Log } from '@callstream/runtime';
import { openPositions, readHead } from '../queue-log/positions.ts';
import { followFile } from './follow-file.ts';

let folder = '';
let path = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'callstream-follow-'));
  path = join(folder, 'queue_log');
});
afterEach(() => rm(folder, { recursive: true }));

const line = (i: number): string => `${1_700_000_000 + i}|f.${i}|q|NONE|ENTERQUEUE||1|1\n`;
const lines = (from: number, to: number): string =>
  Array.from({ length: to - from + 1 }, (_, i) => line(from + i)).join('');
const positionsOf = () => openPositions(join(folder, 'data', 'follow.json'));

/** A follower of the file. `posted`: numbers of the calls of the lines, in order; `logged`: names of log events; `skipped`: files, by warning. */
function follow() {
  const stopping = new AbortController();
  const posted: number[] = [];
  const logged: string[] = [];
  const skipped: string[] = [];
  const waiting = new Set<{ isThere: () => boolean; resolve: () => void }>();
  const changed = (): void => {
    for (const each of waiting)
      if (each.isThere()) {
        waiting.delete(each);
        each.resolve();
      }
  };
  const note = ({ files }: { readonly files?: string }, event: string): void => {
    logged.push(event);
    if (files !== undefined) skipped.push(files);
    changed();
  };
  const following = followFile({
    path,
    positions: positionsOf(),
    findImported: () => null,
    post: (batch) => {
      posted.push(...batch.lines.map(({ bytes }) => Number(/f\.(\d+)/.exec(bytes.toString())?.[1])));
      changed();
      return Promise.resolve();
    },
    signal: stopping.signal,
    log: { info: note, warn: note } as unknown as Log,
  });
  const until = (isThere: () => boolean): Promise<void> =>
    Promise.race([
      new Promise<void>((resolve) => {
        waiting.add({ isThere, resolve });
        changed();
      }),
      following,
    ]);
  return {
    posted,
    logged,
    skipped,
    untilPosted: (last: number) => until(() => posted.at(-1) === last),
    untilLogged: (event: string) => until(() => logged.includes(event)),
    stop: async () => {
      stopping.abort();
      await following;
    },
  };
}
type FollowedLog = ReturnType<typeof follow>;
const opened = ({ logged }: FollowedLog): number => logged.filter((event) => event === 'asterisk.file-opened').length;
const numbers = (from: number, to: number): number[] => Array.from({ length: to - from + 1 }, (_, i) => from + i);

/** Notes that `until` lines of a file were read. */
async function haveRead(file: string, until: number): Promise<void> {
  positionsOf().save(await readHead(file), { bytes: lines(1, until).length, lines: until });
}

it('a file that was cut off behind its beginning is read from there again, while it is followed and after a restart', async () => {
  await writeFile(path, lines(1, 300));
  await haveRead(path, 299);
  let follower = follow();
  await follower.untilPosted(300);
  await truncate(path, lines(1, 200).length + 10);
  await follower.untilPosted(200);
  await appendFile(path, line(201).slice(10));
  await follower.untilPosted(201);
  expect(follower.posted).toEqual([300, ...numbers(1, 201)]);
  expect(opened(follower)).toBe(2);
  await follower.stop();

  await truncate(path, lines(1, 150).length + 10);
  follower = follow();
  await follower.untilPosted(150);
  await appendFile(path, line(151).slice(10));
  await follower.untilPosted(151);
  expect(follower.posted).toEqual(numbers(1, 151));
  expect(opened(follower)).toBe(1);
  await follower.stop();
});

it('a file that was written again, and is longer now, is not read from the middle of a line', async () => {
  const head = lines(1, 200);
  await writeFile(path, head);
  await haveRead(path, 200);
  await writeFile(path, head.slice(0, 5_000) + head.slice(4_990) + line(201));
  const follower = follow();
  await follower.untilPosted(201);
  expect(follower.posted[0]).toBe(1);
  await follower.stop();
});

it('siblings that cannot be read are skipped with one warning, and what was rotated away is read', async () => {
  await writeFile(`${path}.1`, lines(1, 3));
  await haveRead(`${path}.1`, 2);
  await writeFile(path, lines(4, 5));
  for (const extension of ['xz', 'bz2', 'zst']) await writeFile(`${path}.2.${extension}`, 'compressed');
  await mkdir(`${path}.d`);
  await writeFile(`${path}.3.gz`, gzipSync(lines(1, 3)).subarray(0, 30));
  const follower = follow();
  await follower.untilPosted(5);
  expect(follower.posted).toEqual(numbers(3, 5));
  const names = ['2.bz2', '2.xz', '2.zst', '3.gz', 'd'];
  expect(follower.skipped).toEqual([names.map((name) => `${path}.${name}`).join(', ')]);
  await follower.stop();
});

it('of a file that is being compressed, the file is read, and no copy is waited for', async () => {
  await writeFile(`${path}.1`, lines(1, 3));
  await haveRead(`${path}.1`, 1);
  await writeFile(`${path}.1.gz`, gzipSync(lines(1, 3)).subarray(0, 30));
  await writeFile(path, line(4));
  const follower = follow();
  await follower.untilPosted(4);
  expect(follower.posted).toEqual([2, 3, 4]);
  expect(follower.logged).not.toContain('asterisk.files-skipped');
  await follower.stop();
});

it('a compressed file that is complete a moment later is read', async () => {
  const compressed = gzipSync(lines(1, 3));
  await writeFile(path, lines(1, 3));
  await haveRead(path, 1);
  await rename(path, `${path}.1`);
  await rm(`${path}.1`);
  await writeFile(`${path}.1.gz`, compressed.subarray(0, 30));
  await writeFile(path, line(4));
  const follower = follow();
  await writeFile(`${path}.1.gz`, compressed);
  await follower.untilPosted(4);
  expect(follower.posted).toEqual([2, 3, 4]);
  await follower.stop();
});

it.each(['at the end of a file', 'before there is a file'])(
  'lines that come while nobody follows are read, also if the first start was %s',
  async (where) => {
    const isThere = where === 'at the end of a file';
    if (isThere) await writeFile(path, lines(1, 3));
    let follower = follow();
    await follower.untilLogged(isThere ? 'asterisk.file-opened' : 'asterisk.file-awaited');
    await follower.stop();
    expect(follower.posted).toEqual([]);
    await appendFile(path, lines(4, 5));
    follower = follow();
    await follower.untilPosted(5);
    expect(follower.posted).toEqual([4, 5]);
    await follower.stop();
  },
);

it('a file is not taken for another one before its first line is complete', async () => {
  await writeFile(`${path}.1`, lines(1, 2));
  await haveRead(`${path}.1`, 2);
  await writeFile(path, line(3).slice(0, 8));
  const follower = follow();
  await follower.untilLogged('asterisk.file-awaited');
  await appendFile(path, line(3).slice(8));
  await follower.untilPosted(3);
  expect(follower.posted).toEqual([3]);
  await follower.stop();
});
