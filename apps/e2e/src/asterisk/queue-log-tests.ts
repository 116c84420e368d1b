import { appendFile, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { connect } from '@callstream/client';
import { countVisits } from '@callstream/domain';
import type { Call, CallEvent } from '@callstream/domain';
import { callsOfEvents } from '@callstream/domain/testing';
import { pbxQueueLogLines } from '@callstream/domain/testing/pbx';
import { freePort, until } from '@callstream/stack';
import { readLog } from '../log/read-log.ts';
import { readMetric } from '../system/ingest.ts';
import { execCommand, launch } from '../system/service-process.ts';
import type { ServiceProcess } from '../system/service-process.ts';
import type { System } from '../system/system.ts';
import { expectTablesToBeFoldOfLog } from '../system/test-system.ts';

/** Declares the tests of `import` and `follow`. */
export function testQueueLog(system: () => System): void {
  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'callstream-queue-log-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  /** Settings of a PBX of its own, with its own folder. */
  const settings = (name: string): Record<string, string> => ({
    ASTERISK_INGEST_URL: new URL(system().webhookUrl).origin,
    ASTERISK_NAME: name,
    DATA_DIR: join(folder, 'data'),
    ADMIN_HOST: '127.0.0.1',
  });
  const eventsOf = async (name: string): Promise<CallEvent[]> =>
    (await readLog(system().kafka, system().topic)).filter(({ sourceName }) => sourceName === name);
  const distinct = (events: readonly CallEvent[]): number => new Set(events.map(({ uuid }) => uuid)).size;
  const importFiles = (name: string, ...args: readonly string[]) =>
    execCommand({ args: ['apps/asterisk/src/main.ts', 'import', '--json', ...args], env: settings(name) });
  const resultOf = ({ out, err, code }: Awaited<ReturnType<typeof execCommand>>): Record<string, unknown> => {
    if (code !== 0) throw new Error(err);
    return JSON.parse(out) as Record<string, unknown>;
  };
  const countsOf = (calls: Iterable<Call>) =>
    countVisits(
      [...calls].flatMap(({ visits }) => visits),
      { serviceLevelMs: 20_000, shortAbandonMs: 0 },
    );

  it('an import puts calls of minutes ago into the tables once, and never on a live board', async () => {
    const last = Number(pbxQueueLogLines.at(-1)?.slice(0, 10));
    const shift = Math.floor(Date.now() / 1_000) - 120 - last;
    const lines = pbxQueueLogLines.map((line) => `${Number(line.slice(0, 10)) + shift}${line.slice(10)}\n`);
    const file = join(folder, 'queue_log');
    // As rotation names them; the newer one has a line that cannot be read.
    await writeFile(`${file}.1.gz`, gzipSync(lines.slice(0, 100).join('')));
    await writeFile(file, [...lines.slice(100, 180), 'not a line\n', ...lines.slice(180)].join(''));

    const client = connect(system().socketUrl);
    const shown = new Set<string>();
    const note = (calls: Iterable<{ callId: string }>): void => {
      for (const { callId } of calls) shown.add(callId);
    };
    client.board.subscribe(() => note(client.board.get().values()));
    await until(() => client.status.get().connection === 'live', {
      onTimeout: () => new Error('live'),
    });
    const imported = resultOf(await importFiles('past', `${file}*`));
    expect(imported).toMatchObject({ files: 2, stored: lines.length + 1, unreadable: 1, after: 0 });
    expect(imported['problems']).toMatchObject([{ file, line: 81 }]);
    await expectTablesToBeFoldOfLog(system());

    // An event that comes afterwards, in any partition, shows that the gateway has read what was before it.
    await Promise.all(
      Array.from({ length: 60 }, (_, i) =>
        fetch(system().webhookUrl, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ type: 'call.new', call_id: `live ${i}` }),
        }),
      ),
    );
    await until(() => client.board.get().size === 60, {
      onTimeout: () => new Error(`${shown.size}`),
    });
    expect([...shown].filter((id) => !id.startsWith('live'))).toEqual([]);

    // Nor does a gateway that starts now take them from the tables. Meanwhile, what was read is not read again.
    await system().kill('gateway');
    const [, again] = await Promise.all([system().start('gateway'), importFiles('past', folder)]);
    expect(resultOf(again)).toMatchObject({ stored: 0 });
    await until(() => client.status.get().connection === 'live' && client.board.get().size === 60, {
      onTimeout: () => new Error(JSON.stringify(client.status.get())),
    });
    expect([...shown].filter((id) => !id.startsWith('live'))).toEqual([]);
    client.close();

    // Twice is the same as once: with --again it counts once.
    expect(resultOf(await importFiles('past', folder, '--again'))).toMatchObject({ stored: lines.length + 1 });
    const events = await eventsOf('past');
    expect([events.length, distinct(events)]).toEqual([2 * (lines.length + 1), lines.length + 1]);
    expect(countsOf(callsOfEvents(events).values())).toMatchObject({
      visits: 65,
      answered: 49,
      abandoned: 13,
      timedOut: 2,
      byKey: 1,
      open: 0,
    });
    await expectTablesToBeFoldOfLog(system());
  });

  it('a followed file is posted once, through rotation, truncation, a half-written line and a restart, and its callers are on the board', async () => {
    const path = join(folder, 'followed');
    const env = Object.assign(settings('followed'), { ASTERISK_ADMIN_PORT: String(await freePort()) });
    const start = (): ServiceProcess =>
      launch({ name: 'follow', args: ['apps/asterisk/src/main.ts', 'follow', path], env });
    const now = Math.floor(Date.now() / 1_000);
    let written = 0;
    const line = (): string => `${now}|f.${++written}|q|NONE|ENTERQUEUE||1|1\n`;
    let service = start();
    const accepted = (): Promise<number> =>
      readMetric(Number(system().env['INGEST_ADMIN_PORT']), 'callstream_ingest_accepted_total');
    const before = await accepted();
    const untilStored = async (lines: number): Promise<void> => {
      const isStored = async (): Promise<boolean> => (await accepted()) - before >= lines;
      await until(isStored, { onTimeout: () => new Error(service.tail()) });
      expect((await accepted()) - before).toBe(lines);
    };
    // What was written before is the past, for an import. A file that comes later is new.
    await until(() => service.hasPrinted('asterisk.file-awaited'), {
      onTimeout: () => new Error(service.tail()),
    });
    await writeFile(path, line() + line());
    await untilStored(2);

    const half = line();
    await appendFile(path, half.slice(0, 20));
    await appendFile(path, half.slice(20));
    await untilStored(3);

    await rename(path, `${path}.1`);
    // Asterisk writes into the renamed file until its logger is reloaded.
    await appendFile(`${path}.1`, line());
    await writeFile(path, line());
    await untilStored(5);

    await writeFile(path, line());
    await untilStored(6);

    // Killed before the position of the third file is saved, it would post the line again.
    const positions = join(folder, 'data', 'asterisk-queue-log-followed', 'follow.json');
    const areSaved = async (): Promise<boolean> => {
      const saved = JSON.parse(await readFile(positions, 'utf8')) as { lines: number }[];
      return saved.map(({ lines }) => lines).join() === '4,1,1';
    };
    await until(areSaved, { onTimeout: () => new Error(service.tail()) });
    await service.kill();
    await appendFile(path, line());
    await rename(path, `${path}.2`);
    await writeFile(path, line());
    service = start();
    await untilStored(8);

    const client = connect(system().socketUrl);
    await until(
      () => [...client.board.get().values()].filter(({ callId }) => callId.startsWith('followed:')).length === 8,
      {
        onTimeout: () => new Error(JSON.stringify(client.status.get())),
      },
    );
    client.close();
    await service.stop();
    expect((await eventsOf('followed')).map(({ callId }) => callId).toSorted()).toEqual(
      Array.from({ length: 8 }, (_, i) => `followed:f.${i + 1}`),
    );
  });
}
