import { chmodSync, mkdirSync, statSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { canBecomeNobody, nonPrivateModes, nobody, pathsBelow, readableByNobody } from '@callstream/files/testing';
import { testTopicName } from '@callstream/stack';
import { startIngest } from '../system/ingest.ts';
import { createSender } from '../load/sender.ts';
import { launch } from '../system/service-process.ts';

/** No broker listens there, so that events go to the spool. */
const unreachable = ['127.0.0.1:1'];
let folder: string;
let umask: number;

beforeAll(async () => {
  // The most permissive umask: child processes inherit it.
  umask = process.umask(0);
  folder = await mkdtemp(join(tmpdir(), 'callstream-private-'));
  chmodSync(folder, 0o755);
});
afterAll(async () => {
  process.umask(umask);
  await rm(folder, { recursive: true, force: true });
});

/** Starts ingest, spools one event, and runs `check` before it stops. */
async function withSpooledEvent(check: () => void): Promise<void> {
  await using ingest = await startIngest({ brokers: unreachable, topic: testTopicName(), dataDir: folder });
  await using sender = createSender(ingest.webhookUrl, 1);
  const { status } = await sender.post('{"type":"call.data-provided","call_id":"1","cpf":"123.456.789-09"}');
  expect(status).toBe(200);
  check();
}
const names = (): string[] => pathsBelow(folder).map((path) => basename(path));
const expectPrivate = (): void => {
  expect(nonPrivateModes(folder)).toEqual([]);
  if (canBecomeNobody) {
    // The operator's folder is readable, so that only the modes of the files in it protect them.
    expect(readableByNobody([folder, ...pathsBelow(folder)])).toEqual([folder]);
  }
  expect(statSync(folder).mode & 0o777).toBe(0o755);
};

it('other users cannot read the spool, whatever the umask', () =>
  withSpooledEvent(() => {
    expect(names()).toEqual(
      expect.arrayContaining(['000000000001.db', '000000000001.db-wal', 'owner.db', 'refused.db']),
    );
    expectPrivate();
  }));

it('ingest makes a readable spool of an older version private at start, quarantined files included', async () => {
  writeFileSync(join(folder, 'spool', '000000000098.db.torn'), 'an older one');
  writeFileSync(join(folder, 'spool', '000000000099.db'), 'this is no database, and never was one'.repeat(100));
  for (const path of pathsBelow(folder)) chmodSync(path, statSync(path).isDirectory() ? 0o755 : 0o644);
  expect(nonPrivateModes(folder).length).toBeGreaterThan(5);
  await withSpooledEvent(() => {
    expect(names()).toEqual(expect.arrayContaining(['000000000098.db.torn', '000000000099.db.torn']));
    expectPrivate();
  });
});

describe('for a user who is not the owner (only as root, in a checkout that every user may read)', () => {
  const canRun = canBecomeNobody && readableByNobody([process.execPath, import.meta.filename]).length === 2;
  const itAsNobody = canRun ? it : it.skip;

  itAsNobody('ingest uses a spool of another owner, such as a volume, and logs one warning', async () => {
    const volume = join(folder, 'volume');
    mkdirSync(join(volume, 'spool'), { recursive: true });
    const options = { brokers: unreachable, topic: testTopicName(), dataDir: volume, user: nobody };
    await using ingest = await startIngest(options);
    const warnings = ingest.service
      .tail()
      .split('\n')
      .filter((line) => line.includes('spool.not-private'));
    expect(warnings).toEqual([expect.stringMatching(/chmod -R go= .*volume\/spool/)]);
  });

  itAsNobody('`ingest drain` of an unreadable spool names its owner', async () => {
    const args = ['apps/ingest/src/main.ts', 'drain', '--dir', join(folder, 'spool')];
    await using drain = launch({ name: 'drain', args, env: { KAFKA_BROKERS: unreachable.join() }, user: nobody });
    expect(await drain.exited).toBe(1);
    expect(drain.tail()).toMatch(
      /spool belongs to user 0, and user 65534 may not read it \(EACCES\): run this as its owner/,
    );
  });
});
