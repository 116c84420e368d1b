import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isCurrent, isOnCall, isRinging } from '@callstream/domain';
import type { Call } from '@callstream/domain';
import { callsOfEvents } from '@callstream/domain/testing';
import { pbxTruth } from '@callstream/domain/testing/pbx';
import { differences } from '@callstream/domain/testing/pbx-truth';
import { createAuthority, startProxy, until } from '@callstream/stack';
import { readLog } from '../log/read-log.ts';
import { execCommand } from '../system/service-process.ts';
import type { CommandExit } from '../system/service-process.ts';
import type { System } from '../system/system.ts';
import { expectTablesToBeFoldOfLog } from '../system/test-system.ts';
import { amiSecret, amiUser, captureMs, startAmiServer, textOf } from './ami-server.ts';
import type { AmiServer } from './ami-server.ts';
import { startConnector } from './connector.ts';
import type { Connector } from './connector.ts';

/** Callers, agents and calls that are left open. */
const leftOpen = (calls: readonly Call[]): string[] =>
  calls.flatMap((call) => [
    ...(isCurrent(call) ? [`call ${call.callId}`] : []),
    ...call.segments
      .filter((segment) => isOnCall(segment) || isRinging(segment))
      .map(({ actor }) => `${actor} on ${call.callId}`),
  ]);
/** A caller of the capture, who waits from one time to the other at least, in ms since its begin. */
const callerWaits = { call: '1795900713.15', from: 22_000, until: 30_000 };

/** Sends events that mean nothing until the buffer has room for `bytesLeft` more bytes. */
async function fillBuffer(pbx: AmiServer, connector: Connector, bytesLeft: number): Promise<void> {
  const padBytes = 15_000;
  const pad = (bytes: number, lines = 1): void => {
    const fields: Record<string, string> = { Event: 'Hold', Timestamp: '1795900700.000000', Linkedid: 'pad' };
    for (let line = 0; line < lines; line++) fields[`Pad${line}`] = 'x'.repeat(bytes);
    pbx.send(textOf(fields));
  };
  const room = async (): Promise<number> =>
    (await connector.metric('callstream_asterisk_buffer_max_bytes')) -
    (await connector.metric('callstream_asterisk_buffer_bytes'));
  // By the room alone: an event is counted a moment after the buffer has it.
  const roomBelow = async (limit: number): Promise<number> => {
    await until(async () => (await room()) < limit, {
      onTimeout: () => new Error(connector.tail()),
    });
    return room();
  };
  // Events are stored in their order, and those before this one have 50 kB together.
  const firstBytes = 7 * padBytes;
  const roomBefore = await room();
  pad(padBytes, 7);
  const roomAtFirst = await roomBelow(roomBefore - firstBytes);
  pad(padBytes);
  const roomAtSecond = await roomBelow(roomAtFirst - padBytes);
  const eventBytes = roomAtFirst - roomAtSecond;
  const events = Math.floor((roomAtSecond - bytesLeft) / eventBytes) - 1;
  for (let i = 0; i < events; i++) pad(padBytes);
  const roomAfter = await roomBelow(roomAtSecond - (events - 0.5) * eventBytes);
  const lastBytes = Math.floor((roomAfter - bytesLeft) / 2);
  for (let i = 0; i < 2; i++) pad(padBytes + lastBytes - eventBytes);
  await roomBelow(bytesLeft + 2);
}

/** `--check`, with the settings of a PBX on this machine. */
const check = (settings: Readonly<Record<string, string>>): Promise<CommandExit> =>
  execCommand({
    args: ['apps/asterisk/src/main.ts', '--check'],
    env: { ASTERISK_HOST: '127.0.0.1', ASTERISK_USER: amiUser, ASTERISK_SECRET: amiSecret, ...settings },
  });

/** Fewer than the events of the capture that are posted. */
const eventsMin = 1_200;

/** Declares the tests of the connector. */
export function testConnector(system: () => System): void {
  /** The calls of the log, of a PBX without a name or of a named one; by Linkedid. */
  async function callsInLog(name: string | null): Promise<Map<string, Call>> {
    const events = (await readLog(system().kafka, system().topic)).filter(
      (event) => event.source === 'asterisk' && event.sourceName === name,
    );
    const prefix = name === null ? '' : `${name}:`;
    const withoutPrefix = (id: string | null): string | null => id?.replace(prefix, '') ?? null;
    return new Map(
      [...callsOfEvents(events)].map(([id, call]) => [
        id.replace(prefix, ''),
        Object.assign(call, {
          visits: call.visits.map((visit) => Object.assign(visit, { queue: withoutPrefix(visit.queue) })),
        }),
      ]),
    );
  }
  const ingestSettings = () => ({ ASTERISK_INGEST_URL: new URL(system().webhookUrl).origin });
  const startIngest = async (): Promise<void> => {
    if (!system().isRunning('ingest')) await system().start('ingest');
  };

  it('what a PBX says is on the board as it was: through a slow line, an ingest that starts later, and a line of 1 MB', async () => {
    await system().kill('ingest');
    await using pbx = await startAmiServer({ nowAt: captureMs, pieceBytes: 700 });
    await using connector = await startConnector(pbx, ingestSettings());
    await connector.connected();
    pbx.play(captureMs / 2);
    pbx.send(`Event: Newchannel\r\nLinkedid: ${'x'.repeat(1_000_000)}\r\nUniqueid: 1\r\n\r\n`);
    pbx.send(Buffer.concat([Buffer.from([0, 0xff, 0xfe, 0x0a]), Buffer.from('no field\r\n\r\n\r\n')]));
    pbx.send(textOf({ Event: 'AgentCalled', Queue: 'support', Linkedid: 'without an agent' }));
    pbx.send(textOf({ Event: 'QueueCallerJoin', Queue: 'support', Linkedid: 'x'.repeat(2_000) }));
    pbx.send(textOf({ Event: 'VarSet', Variable: 'PIN', Value: '1234', Linkedid: 'a secret' }));
    pbx.play();
    await until(async () => (await connector.metric('callstream_asterisk_events_total')) >= eventsMin, {
      onTimeout: () => new Error(connector.tail()),
    });
    expect(await connector.readyz()).toContain('Ingest does not answer');
    await startIngest();
    await connector.posted(eventsMin);

    const calls = await callsInLog(null);
    expect(differences(calls)).toEqual([]);
    expect(leftOpen([...calls.values()])).toEqual([]);
    expect([...calls.keys()]).not.toContain('a secret');
    expect(await connector.metric('callstream_asterisk_excess_lines_total')).toBe(1);
    // The Newchannel that lost its call, and the AgentCalled without an agent.
    expect(await connector.metric('callstream_asterisk_incomplete_events_total')).toBe(2);
    // The call whose id is too long.
    expect(await connector.metric('callstream_asterisk_buffer_refused_records')).toBe(1);
    await expectTablesToBeFoldOfLog(system());
  });

  it('who comes while the buffer is full is on the board once there is room; also if what was open is lost then', async () => {
    await startIngest();
    await using ingest = await startProxy({ to: { port: Number(new URL(system().webhookUrl).port) } });
    await ingest.refuse();
    await using pbx = await startAmiServer({ nowAt: callerWaits.until });
    await using connector = await startConnector(pbx, {
      ASTERISK_INGEST_URL: `http://127.0.0.1:${ingest.port}`,
      ASTERISK_NAME: 'evora',
      ASTERISK_BUFFER_MAX_BYTES: '1000000',
    });
    await connector.connected();
    pbx.play(callerWaits.from);
    // Less than an event.
    await fillBuffer(pbx, connector, 300);
    pbx.play(callerWaits.until);
    await until(async () => (await connector.metric('callstream_asterisk_connected')) === 0, {
      onTimeout: () => new Error(connector.tail()),
    });
    await connector.logged('The spool is full');
    await ingest.resume();
    await connector.connected();
    await connector.posted(1);
    expect((await callsInLog('evora')).get(callerWaits.call)).toMatchObject({
      state: 'WAITING',
      queue: 'evora:support',
    });

    await connector.kill();
    const state = join(connector.dataDir, 'asterisk-evora', 'open.db');
    // With the log of its last changes, SQLite would repair it.
    await rm(`${state}-wal`);
    await writeFile(state, 'this is no database, and never was one'.repeat(100));
    connector.start();
    await connector.connected();
    await connector.logged('asterisk.state-damaged');
    expect(existsSync(`${state}.torn`)).toBe(true);
    pbx.play(60_000);
    await connector.posted(100);
    const calls = await callsInLog('evora');
    expect(calls.get(callerWaits.call)).toMatchObject({ state: 'FINISHED' });
    const open = [...calls].filter(([, call]) => leftOpen([call]).length > 0).map(([id]) => id);
    expect(open.filter((id) => !pbx.calls().has(id))).toEqual([]);
  });

  it('two connectors on one PBX, of another version, give the log each event once', async () => {
    await startIngest();
    const settings = Object.assign(ingestSettings(), { ASTERISK_NAME: 'porto' });
    const banner = 'Asterisk Call Manager/2.10.6';
    await using pbx = await startAmiServer({ nowAt: captureMs, banner });
    await using first = await startConnector(pbx, settings);
    await using second = await startConnector(pbx, settings);
    await Promise.all([first.connected(), second.connected()]);
    await first.logged(banner);
    pbx.play(60_000);
    await Promise.all([first.posted(150), second.posted(150)]);

    const events = (await readLog(system().kafka, system().topic)).filter(({ sourceName }) => sourceName === 'porto');
    const timed = Map.groupBy(
      events.filter(({ clock }) => clock === 'own'),
      ({ uuid }) => uuid,
    );
    expect(timed.size).toBeGreaterThan(140);
    expect([...timed.values()].filter((deliveries) => deliveries.length !== 2)).toEqual([]);
  });

  it('without times of the PBX, by TLS: each event is one of its own, also those that are equal', async () => {
    await startIngest();
    const folder = await mkdtemp(join(tmpdir(), 'callstream-ami-'));
    const authority = await createAuthority(folder);
    const { key, certificate } = await authority.issue('pbx', ['IP:127.0.0.1']);
    const keyPair = { key: await readFile(key, 'utf8'), cert: await readFile(certificate, 'utf8') };
    await using pbx = await startAmiServer({ nowAt: captureMs, withoutTimes: true, certificate: keyPair });
    const tls = { ASTERISK_TLS: 'on', ASTERISK_TLS_CA_FILE: authority.certificate, ASTERISK_NAME: 'faro' };
    await using connector = await startConnector(pbx, Object.assign(ingestSettings(), tls));
    await connector.connected();
    const checked = check(Object.assign(ingestSettings(), tls, { ASTERISK_PORT: String(pbx.port) }));
    await until(() => pbx.followers() === 2, {
      onTimeout: () => new Error('--check asks nothing.'),
    });
    pbx.play(60_000);
    await connector.posted(150);
    const { code, out } = await checked;
    expect(code).toBe(1);
    expect(out).toMatch(/^ok {2}Ingest answers/);
    expect(out).toContain('ok  Queues: ');
    for (const seen of ['agent', 'call', 'dialplan']) expect(out).toContain(`ok  Events of class ${seen} arrive.`);
    expect(out).toContain('NO  Events have no time: set timestampevents = yes.');

    const events = (await readLog(system().kafka, system().topic)).filter(({ sourceName }) => sourceName === 'faro');
    expect(events.length).toBe(await connector.metric('callstream_asterisk_events_total'));
    expect(new Set(events.map(({ uuid }) => uuid)).size).toBe(events.length);
    await rm(folder, { recursive: true });
  });

  it('nothing stays open after a line that is cut in the middle of an event, and a connector that is killed meanwhile', async () => {
    await startIngest();
    const [cutAt, backAt] = [captureMs * 0.55, captureMs * 0.55 + 10_000];
    await using pbx = await startAmiServer({ nowAt: backAt - 2_000 });
    await using connector = await startConnector(pbx, Object.assign(ingestSettings(), { ASTERISK_NAME: 'lisbon' }));
    await connector.connected();
    pbx.play(cutAt);
    await connector.posted(400);
    pbx.refuse(true);
    pbx.cut();
    await connector.kill();
    pbx.play(backAt);
    pbx.refuse(false);
    connector.start();
    await connector.connected();
    expect(await connector.metric('callstream_asterisk_gap_events_total')).toBeGreaterThan(0);
    pbx.play();
    await connector.posted(400);

    const calls = await callsInLog('lisbon');
    expect(leftOpen([...calls.values()])).toEqual([]);
    const beganAt = Number(pbxTruth[0]?.pbx.linkedid) * 1_000 - 5_000;
    const startOf = (linkedid: string): number => Number(linkedid) * 1_000 - beganAt;
    // Calls take up to a minute.
    const outside = pbxTruth.filter(
      ({ pbx: { linkedid } }) => startOf(linkedid) < cutAt - 60_000 || startOf(linkedid) > backAt + 5_000,
    );
    expect(outside.length).toBeGreaterThan(30);
    expect(differences(calls, outside)).toEqual([]);
    await expectTablesToBeFoldOfLog(system());
  });

  describe('a PBX that refuses the secret', () => {
    it('makes the connector not ready, with the settings to fix, until it accepts it', async () => {
      await using pbx = await startAmiServer({ nowAt: 0 });
      await using connector = await startConnector(pbx, Object.assign(ingestSettings(), { ASTERISK_SECRET: 'wrong' }));
      await until(() => pbx.logins().refused > 1, {
        onTimeout: () => new Error(connector.tail()),
      });
      expect(await connector.readyz()).toContain('refused the login of "callstream" (Authentication failed)');
      expect(pbx.logins().accepted).toBe(0);
    });

    it('is named by --check, with the lines for manager.conf', async () => {
      await startIngest();
      await using pbx = await startAmiServer({ nowAt: 0 });
      const settings = { ASTERISK_PORT: String(pbx.port), ASTERISK_SECRET: `not ${amiSecret}` };
      const { code, out } = await check(Object.assign(ingestSettings(), settings));
      expect(code).toBe(1);
      expect(out).toMatch(/^ok {2}Ingest answers/);
      expect(out).toContain('NO  The PBX refused the login of "callstream"');
      expect(out).toContain('timestampevents = yes');
    });
  });

  it('a PBX without queues, and a user without rights, are named by --check', async () => {
    await startIngest();
    await using pbx = await startAmiServer({ nowAt: captureMs, saysNothing: true });
    const checked = check(Object.assign(ingestSettings(), { ASTERISK_PORT: String(pbx.port) }));
    await until(() => pbx.followers() === 1, {
      onTimeout: () => new Error('--check asks nothing.'),
    });
    pbx.play(60_000);
    const { code, out } = await checked;
    expect(code).toBe(1);
    expect(out).toContain('NO  The PBX has no queues');
    expect(out).toMatch(/NO {2}The PBX does not say which calls there are .* write = reporting/);
    expect(out).toContain('ok  Events have the time of the PBX');
  });
}
