import { chmodSync, mkdirSync, statSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { canBecomeNobody, nonPrivateModes, nobody, pathsBelow, readableByNobody } from '@callstream/files/testing';
import { testTopicName } from '@callstream/stack';
import { startIngest } from '../system/ingest.ts';
import { createSender } from '../load/sender.ts';
import { launch } from '../system/service-process.ts';

/** Nobody listens there: Kafka is away, and everything goes to the spool. */
const away = ['127.0.0.1:1'];
let folder: string;
let umask: number;

beforeAll(async () => {
  // The most careless one, for whatever this process starts.
  umask = process.umask(0);
  folder = await mkdtemp(join(tmpdir(), 'callstream-private-'));
  chmodSync(folder, 0o755);
});
afterAll(async () => {
  process.umask(umask);
  await rm(folder, { recursive: true, force: true });
});

/** Runs ingest, which spools an event; then `look`. */
async function spooling(look: () => void): Promise<void> {
  await using ingest = await startIngest({ brokers: away, topic: testTopicName(), dataDir: folder });
  await using sender = createSender(ingest.webhookUrl, 1);
  const { status } = await sender.post('{"type":"call.data-provided","call_id":"1","cpf":"123.456.789-09"}');
  expect(status).toBe(200);
  look();
}
const names = (): string[] => pathsBelow(folder).map((path) => basename(path));
const expectPrivate = (): void => {
  expect(nonPrivateModes(folder)).toEqual([]);
  if (canBecomeNobody) {
    // The folder of the operator is open, so it is the modes of what is in it that keep nobody out.
    expect(readableByNobody([folder, ...pathsBelow(folder)])).toEqual([folder]);
  }
  expect(statSync(folder).mode & 0o777).toBe(0o755);
};

it('other users cannot read the spool, whatever the umask is', () =>
  spooling(() => {
    expect(names()).toEqual(
      expect.arrayContaining(['000000000001.db', '000000000001.db-wal', 'owner.db', 'refused.db']),
    );
    expectPrivate();
  }));

it('a spool that an older version left readable is closed at start, what was quarantined as well', async () => {
  writeFileSync(join(folder, 'spool', '000000000098.db.torn'), 'an older one');
  writeFileSync(join(folder, 'spool', '000000000099.db'), 'this is no database, and never was one'.repeat(100));
  for (const path of pathsBelow(folder)) chmodSync(path, statSync(path).isDirectory() ? 0o755 : 0o644);
  expect(nonPrivateModes(folder).length).toBeGreaterThan(5);
  await spooling(() => {
    expect(names()).toEqual(expect.arrayContaining(['000000000098.db.torn', '000000000099.db.torn']));
    expectPrivate();
  });
});

describe('for a user who is not the owner (skipped unless root runs it, in a checkout that everybody may read)', () => {
  const canRun = canBecomeNobody && readableByNobody([process.execPath, import.meta.filename]).length === 2;
  const itAsNobody = canRun ? it : it.skip;

  itAsNobody('a spool that others own and may read, a volume say, is used: with one warning', async () => {
    const volume = join(folder, 'volume');
    mkdirSync(join(volume, 'spool'), { recursive: true });
    const options = { brokers: away, topic: testTopicName(), dataDir: volume, user: nobody };
    await using ingest = await startIngest(options);
    const warnings = ingest.service
      .tail()
      .split('\n')
      .filter((line) => line.includes('spool.not-private'));
    expect(warnings).toEqual([expect.stringMatching(/chmod -R go= .*volume\/spool/)]);
  });

  itAsNobody('`ingest drain` of a spool that is closed to them says whose it is', async () => {
    const args = ['apps/ingest/src/main.ts', 'drain', '--dir', join(folder, 'spool')];
    await using drain = launch({ name: 'drain', args, env: { KAFKA_BROKERS: away.join() }, user: nobody });
    expect(await drain.exited).toBe(1);
    expect(drain.tail()).toMatch(/spool belongs to user 0, and user 65534 may not use it: run this as its owner/);
  });
});
