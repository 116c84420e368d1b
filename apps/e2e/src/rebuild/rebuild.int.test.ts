import { setTimeout as pause } from 'node:timers/promises';
import { projectionVersion } from '@callstream/domain';
import { freePort, until } from '@callstream/stack';
import { nextSchema, previousSchema, readPositions, readSchemas } from '@callstream/tables';
import { poolOf } from '@callstream/tables/testing';
import { fillTopic, simulatedBodies } from '../load/simulated-webhooks.ts';
import { patchProjector } from './patched-projector.ts';
import { createSender } from '../load/sender.ts';
import { execCommand, launch, outputOf, startService } from '../system/service-process.ts';
import type { ServiceProcess } from '../system/service-process.ts';
import { hasTerminals, launchOnTerminal } from '../system/terminal.ts';
import type { System } from '../system/system.ts';
import { expectTablesToBeFoldOfLog, startTestSystem } from '../system/test-system.ts';

const events = 4_000;
const minutes = 60_000;
/** Holds the projection version, which a patched projector increments. */
const versionFile = 'libs/domain/src/version.ts';
const version = projectionVersion;
let system: System;

beforeAll(async () => {
  system = await startTestSystem({ services: ['ingest', 'projector'] });
  await fillTopic(system, simulatedBodies(events, 40));
  await system.untilProjected();
}, 3 * minutes);
afterAll(() => system[Symbol.asyncDispose](), minutes);

/** Runs a command of the projector. */
const command = (...args: string[]): ServiceProcess => commandOf('apps/projector/src/main.ts', ...args);
const commandOf = (file: string, ...args: string[]): ServiceProcess =>
  launch({ name: args[0] ?? '', args: [file, ...args], env: { ...system.env, LOG_LEVEL: 'warn' } });

/** Posts webhooks of calls one after another until disposed; each must get 200. */
function startTraffic(): AsyncDisposable {
  const stop = new AbortController();
  const run = async (): Promise<void> => {
    await using sender = createSender(system.webhookUrl, 1);
    for (let i = 0; !stop.signal.aborted; i++) {
      const type = ['call.new', 'call.waiting', 'call.finished'][i % 3];
      const body = {
        type,
        call_id: `live.${process.pid}.${Math.floor(i / 3)}`,
        timestamp: new Date().toISOString(),
        queue: '900',
      };
      const { status } = await sender.post(JSON.stringify(body));
      if (status !== 200) throw new Error(`A webhook was answered with ${status}.`);
      await pause(10);
    }
  };
  const running = run();
  running.catch(() => undefined);
  return {
    [Symbol.asyncDispose]: async () => {
      stop.abort();
      await running;
    },
  };
}

/** Blocks the swap of a rebuild until disposed, by an open transaction on the positions. */
async function blockSwap(): Promise<AsyncDisposableStack> {
  const blocked = new AsyncDisposableStack();
  const reader = await poolOf(system.db).connect();
  blocked.defer(async () => {
    await reader.query('rollback');
    reader.release();
  });
  await reader.query('begin; select * from positions');
  return blocked;
}

const rebuiltRecords = async (): Promise<number> => {
  if (!(await readSchemas(system.db)).some(({ schema }) => schema === nextSchema)) return 0;
  const positions = await readPositions(system.db, nextSchema).catch(() => []);
  return positions.reduce((sum, { nextOffset }) => sum + nextOffset, 0);
};

it(
  'a rebuild resumes after kill -9 under live traffic, refuses a second rebuild at the same time, and passes verify',
  async () => {
    await using _traffic = startTraffic();
    const first = command('rebuild', '--batch', '250');
    await until(async () => (await rebuiltRecords()) > 0, {
      timeoutMs: minutes,
      everyMs: 5,
      onTimeout: () => new Error(first.tail()),
    });
    await first.kill();
    const before = await rebuiltRecords();
    expect(before).toBeGreaterThan(0);
    expect(await outputOf(command('status'))).toContain(`projection_next: filling, version ${version}`);

    // So that the rebuild still runs when the next one starts.
    await using blocked = await blockSwap();
    const second = command('rebuild', '--batch', '250');
    await until(() => second.hasPrinted('The swap waits'), {
      timeoutMs: minutes,
      onTimeout: () => new Error(second.tail()),
    });
    expect(second.tail()).toContain('Resuming the rebuild');
    const third = command('rebuild');
    expect(await third.exited).toBe(1);
    expect(third.tail()).toMatch(/A rebuild of this database is running already \(callstream-rebuild /);
    await blocked.disposeAsync();
    expect(await outputOf(second)).toMatch(/Swapped: writers waited \d+ ms/);
    expect(await outputOf(command('verify'))).toContain('The live tables match the log.');
    expect(system.isRunning('projector')).toBe(true);
  },
  5 * minutes,
);

describe('commands of the projector', () => {
  const onTerminal = (...args: string[]) =>
    launchOnTerminal({ args: ['apps/projector/src/main.ts', ...args], env: system.env, columns: 80, rows: 24 });

  const onTerminals = hasTerminals ? it : it.skip;

  const run = (env: Readonly<Record<string, string>>, ...args: string[]) =>
    execCommand({ args: ['apps/projector/src/main.ts', ...args], env: { ...system.env, ...env } });

  onTerminals(
    'print sentences and one progress bar on a terminal, and no line of the log',
    async () => {
      await using rebuilding = onTerminal('rebuild', '--restart', '--no-swap');
      expect(await rebuilding.exited).toBe(0);
      const output = rebuilding.output();
      expect(output).not.toMatch(/"level"|"msg"|\{|partition/);
      expect(output).toContain('The new tables are ready in projection_next.');
      const bars = rebuilding.screen().filter((line) => line.includes('█'));
      expect(bars).toEqual([expect.stringMatching(/^█+ 100 % {2}[\d,]+ of [\d,]+ records {2}[\d,]+\/s {2}ETA 0 s$/)]);
      expect(rebuilding.isRestored()).toBe(true);
    },
    2 * minutes,
  );

  onTerminals(
    'say what is done when Ctrl-C stops them, and exit with 130',
    async () => {
      await using _blocked = await blockSwap();
      await using swapping = onTerminal('rebuild');
      await swapping.until((lines) => lines.some((line) => line.startsWith('The swap waits')));
      swapping.type('\x03');
      expect(await swapping.exited).toBe(130);
      expect(swapping.screen().join('')).toContain(
        'Stopped by SIGINT. If the swap was not committed, the live tables are unchanged.',
      );
    },
    2 * minutes,
  );

  it(
    'print one JSON document with --json, and failures as JSON on standard error',
    async () => {
      const status = await run({}, 'status', '--json');
      expect({ code: status.code, err: status.err }).toEqual({ code: 0, err: '' });
      expect(JSON.parse(status.out)).toMatchObject({ version, kafka: null });
      const ready = await run({}, 'rebuild', '--no-swap', '--json');
      expect({ code: ready.code, err: ready.err }).toEqual({ code: 0, err: '' });
      expect(JSON.parse(ready.out)).toEqual({ outcome: 'ready', version });

      const failed = await run({ KAFKA_TOPIC: 'another' }, 'rebuild', '--json');
      expect({ code: failed.code, out: failed.out }).toEqual({ code: 1, out: '' });
      expect(JSON.parse(failed.err)).toMatchObject({
        level: 'fatal',
        message: expect.stringContaining('KAFKA_TOPIC') as string,
      });
      const misused = await run({}, 'rebuild', '--json', '--nonsense');
      expect({ code: misused.code, out: misused.out }).toEqual({ code: 1, out: '' });
      expect(JSON.parse(misused.err)).toMatchObject({
        error: 'UsageError',
        message: expect.stringContaining('--nonsense') as string,
      });
    },
    2 * minutes,
  );
});

it('a rebuild leaves tables that are the fold of the log', () => expectTablesToBeFoldOfLog(system), minutes);

it(
  'a new projection version is deployed by rebuild and swap, and a projector of the old version exits with the remedy',
  async () => {
    await using next = await patchProjector([
      { file: versionFile, from: `projectionVersion = ${version}`, to: `projectionVersion = ${version + 1}` },
      {
        file: 'libs/domain/src/play/summary.ts',
        from: 'facts.find(({ code }) => code !== null)?.code ?? null',
        to: `facts.length > 0 ? 'the next version' : null`,
      },
    ]);
    {
      await using _traffic = startTraffic();
      expect(await outputOf(commandOf(next.projector, 'rebuild'))).toContain(
        `The tables of version ${version + 1} are live`,
      );
      await until(() => !system.isRunning('projector'), {
        timeoutMs: minutes,
        onTimeout: () => new Error('The old projector still runs.'),
      });
      expect(system.tail('projector')).toContain(
        `The tables are of projection version ${version + 1}, this projector is of version ${version}. Deploy the projector of version ${version + 1}`,
      );
    }
    const port = await freePort();
    const env = { ...system.env, PROJECTOR_ADMIN_PORT: String(port) };
    {
      await using _projector = await startService({ name: 'projector', args: [next.projector, 'run'], env }, port);
      await system.untilProjected();
      // The new rules apply to every call, also to the traffic during the swap.
      const { rows } = await poolOf(system.db).query<{ codes: string[] }>(
        'select array_agg(distinct code) as codes from calls',
      );
      expect(rows[0]?.codes).toEqual(['the next version']);
      expect(await outputOf(commandOf(next.projector, 'verify'))).toContain('The live tables match the log.');
    }
    const refused = command('verify');
    expect(await refused.exited).toBe(1);

    // A rollback with the old code, which catches up before it swaps.
    expect(await outputOf(command('rollback'))).toContain(`The tables of version ${version} are live`);
    expect((await readPositions(system.db, previousSchema))[0]?.version).toBe(version + 1);
    await system.start('projector');
    await expectTablesToBeFoldOfLog(system);
  },
  5 * minutes,
);
