import { readFileSync } from 'node:fs';
import { createDialplanJudge, defaultDialplan, queueLogBody } from '../src/index.ts';
import type { Dialplan } from '../src/index.ts';
import type { TestDelivery } from './index.ts';

// fixtures/pbx: seven minutes of a real Asterisk 22 with SIP phones, all names and numbers invented. `ami.ndjson` has the events
// of its manager interface, each with the listener's time; `queue_log.txt` the log of its queues; `truth.json` what each call
// was to be, and what the phones saw of it.

const textOf = (file: string): string =>
  readFileSync(new URL(`../../../fixtures/pbx/${file}`, import.meta.url), 'utf8').trim();

/** The dial plan of the PBX of the capture. */
export const pbxDialplan: Dialplan = {
  ...defaultDialplan,
  extensions: ['_2XX'],
  queueContexts: { 'q-support': 'support', 'q-sales': 'sales' },
};

/** An event of the capture: its fields as sent, and when the listener got it. */
export interface PbxEvent {
  readonly receivedAt: string;
  readonly fields: Readonly<Record<string, string>>;
}

export const pbxEvents: readonly PbxEvent[] = textOf('ami.ndjson')
  .split('\n')
  .map((line) => {
    const { received_at: receivedAt = '', ...fields } = JSON.parse(line) as Record<string, string>;
    return { receivedAt, fields };
  });

/** Events of the capture but answers to questions. */
export const livePbxEvents: readonly PbxEvent[] = pbxEvents.filter(
  ({ fields }) => !('ActionID' in fields) && fields['Event'] !== 'FullyBooted',
);

/** The members of queues at the begin of the capture: events QueueMember of the first answer. */
export const firstPbxMembers: readonly PbxEvent['fields'][] = pbxEvents
  .map(({ fields }) => fields)
  .filter(({ ActionID, Event }) => ActionID === 'a2' && Event === 'QueueMember');

const judge = createDialplanJudge(pbxDialplan);

/** The delivery of an event, as a connector makes it. */
export function pbxDelivery({ receivedAt, fields }: { receivedAt: string; fields: object }): TestDelivery {
  const body = JSON.stringify(fields);
  return { source: 'asterisk', hints: judge(Buffer.from(body)), body, receivedAt };
}

/** Of a call that came in: what was scripted, what the phones saw, and what the PBX says. */
export interface TrueCall {
  readonly n: number;
  readonly caller: string;
  readonly did: string;
  readonly outcome: string;
  readonly talks: readonly { readonly agent: string; readonly talk_s: number }[];
  readonly pbx: {
    readonly linkedid: string;
    readonly uniqueids_in_queues: readonly string[];
    readonly visits: readonly {
      readonly queue: string | null;
      readonly how: string;
      readonly agent?: string;
      readonly wait_s: number | null;
    }[];
  };
}

export const pbxTruth = (JSON.parse(textOf('truth.json')) as { calls: readonly TrueCall[] }).calls;

/** Lines of the queue_log. */
export const pbxQueueLogLines: readonly string[] = textOf('queue_log.txt').split('\n');
/** The same: time in s, channel, queue, agent, event, data. */
export const pbxQueueLog: readonly (readonly string[])[] = pbxQueueLogLines.map((line) => line.split('|'));

/** The delivery of a line, as an import makes it; `receivedAt` is long after the line. */
export const queueLogDelivery = (
  line: string | Uint8Array,
  { isImported = true, receivedAt = '2026-12-05T00:00:00.000Z' } = {},
): TestDelivery => ({
  source: 'asterisk',
  hints: isImported ? '{"imported":true}' : null,
  body: queueLogBody(Buffer.from(line)),
  receivedAt,
});
