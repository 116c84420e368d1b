import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createDialplanJudge, defaultDialplan } from '@callstream/domain';
import { createLog } from '@callstream/runtime';
import { openSpool } from '@callstream/spool';
import type { AmiMessage } from '../ami/read-messages.ts';
import { differences } from '../gap/close-gap.ts';
import { createOpenState } from '../gap/open-state.ts';
import { askPresent } from '../gap/present.ts';
import { openStateStore } from '../gap/state-store.ts';
import { createMetrics } from '../metrics.ts';
import { createStatus } from '../status.ts';
import { createRecorder } from './recorder.ts';

const log = createLog({ service: 'test', level: 'silent' });
const message = (fields: Readonly<Record<string, string>>): AmiMessage => new Map(Object.entries(fields));
const begins = message({ Event: 'Newchannel', Uniqueid: '1.1', Linkedid: '1.1', Timestamp: '1795900700.000000' });
const joins = message({ Event: 'QueueCallerJoin', Uniqueid: '1.1', Linkedid: '1.1', Queue: 'sales' });
const ends = message({ Event: 'Hangup', Uniqueid: '1.1', Linkedid: '1.1' });
const long = message({ Event: 'Hold', Linkedid: '1.1', Pad: 'x'.repeat(50_000) });

/** A PBX in which the caller waits, or one without calls. */
const waitingPbx = {
  list: (action: string) =>
    Promise.resolve([
      action === 'QueueStatus'
        ? message({ Event: 'QueueEntry', Queue: 'sales', Uniqueid: '1.1' })
        : message({ Event: 'CoreShowChannel', Channel: 'PJSIP/trunk-01', Uniqueid: '1.1', Linkedid: '1.1' }),
    ]),
};
const idlePbx = { list: () => Promise.resolve([]) };

/** A connector's folder, with a buffer that has room for some short events. */
async function openFolder(bytesMax = 10_000) {
  const folder = mkdtempSync(join(tmpdir(), 'callstream-recorder-'));
  const names = { bytesMaxSetting: 'ASTERISK_BUFFER_MAX_BYTES', remedy: '', metricsPrefix: 'test', receiver: 'ingest' };
  const spool = await openSpool({ dir: folder, bytesMax, names, log });
  const store = openStateStore({ folder, onDamaged: () => undefined });
  return {
    spool,
    store,
    /** As of a new connection, with what the folder has. */
    session: () => {
      const state = createOpenState(store.load());
      const judge = createDialplanJudge(defaultDialplan);
      const counter = { connection: 'c', next: () => 1 };
      const metrics = createMetrics(createStatus());
      return { state, metrics, recorder: createRecorder({ state, store, spool, judge, counter, metrics, log }) };
    },
    /** What the next session posts to close the gap. */
    closing: async (pbx: Parameters<typeof askPresent>[0]) => {
      const events = differences(createOpenState(store.load()), await askPresent(pbx), { allMembers: true });
      return events.map((event) => event.get('Event'));
    },
    [Symbol.asyncDispose]: async () => {
      store[Symbol.dispose]();
      await spool[Symbol.asyncDispose]();
      rmSync(folder, { recursive: true });
    },
  };
}

it('a caller whose event the full buffer refused is posted by the next session, or ended', async () => {
  await using folder = await openFolder(500);
  const { recorder } = folder.session();
  await recorder.record([begins]);
  await expect(recorder.record([joins])).rejects.toThrow('The spool is full');
  expect(await folder.closing(waitingPbx)).toEqual(['QueueEntry']);
  expect(await folder.closing(idlePbx)).toEqual(['CallstreamCallGone']);
});

it('an end that the full buffer refused is posted by the next session', async () => {
  await using folder = await openFolder();
  const { recorder } = folder.session();
  await recorder.record([begins, joins]);
  expect(await folder.closing(waitingPbx)).toEqual([]);
  await expect(recorder.record([long, ends])).rejects.toThrow('The spool is full');
  expect(await folder.closing(idlePbx)).toEqual(['CallstreamCallGone']);
});

it('a call of which only the begin fitted into the buffer ends', async () => {
  await using folder = await openFolder();
  const { recorder } = folder.session();
  await expect(recorder.record([begins, long, ends])).rejects.toThrow('The spool is full');
  expect(await folder.closing(idlePbx)).toEqual(['CallstreamCallGone']);
});

it('after an event that was not stored, a session stores nothing more, so that its state is never ahead', async () => {
  await using folder = await openFolder();
  const { recorder } = folder.session();
  await expect(recorder.record([long])).rejects.toThrow('The spool is full');
  await expect(recorder.record([begins])).rejects.toThrow('The spool is full');
  await expect(recorder.addCalls(['1.1'])).rejects.toThrow('The spool is full');
  expect(folder.store.load().size).toBe(0);
  await folder.session().recorder.record([begins]);
  expect(folder.store.load().size).toBe(1);
});

it('a crash before the event is stored leaves the begin in doubt: the caller is posted again', async () => {
  await using folder = await openFolder();
  const { state } = folder.session();
  folder.store.saveBegun(state.follow([begins, joins]).begun);
  expect(await folder.closing(waitingPbx)).toEqual(['QueueEntry']);
  expect(await folder.closing(idlePbx)).toEqual(['CallstreamCallGone']);
});

it('events that do not name their call or agent are stored, and counted', async () => {
  await using folder = await openFolder();
  const { recorder, metrics } = folder.session();
  await recorder.record([
    message({ Event: 'AgentComplete', Queue: 'sales', Interface: 'PJSIP/200' }),
    message({ Event: 'AgentCalled', Linkedid: '1.1', Queue: 'sales' }),
    joins,
  ]);
  expect((await metrics.incomplete.get()).values[0]?.value).toBe(2);
  expect([...folder.spool.status().pending.values()].reduce((a, b) => a + b)).toBe(3);
});
