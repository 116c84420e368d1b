import { createDialplanJudge, defaultDialplan } from '@callstream/domain';
import type { AmiMessage } from '../ami/read-messages.ts';
import { isAllowed } from './allowed-events.ts';
import { eventRecord } from './event-record.ts';

const event = (fields: Readonly<Record<string, string>>): AmiMessage => new Map(Object.entries(fields));
const counter = () => {
  let count = 0;
  return { connection: 'c1', next: () => ++count };
};
const recordOf = (fields: Readonly<Record<string, string>>, dialplan = defaultDialplan) => {
  const judge = createDialplanJudge(dialplan);
  const { value, headers, key, partition } = eventRecord(event(fields), judge, counter());
  return { body: JSON.parse(Buffer.from(value).toString()) as unknown, headers, key, partition };
};

const joined = { Event: 'QueueCallerJoin', Linkedid: '1.1', Queue: 'sales' };

it('an event with a time of the PBX is posted as the PBX sent it: another connector posts the same bytes', () => {
  const timed = { Event: 'QueueCallerJoin', Timestamp: '1795900700.577390', Linkedid: '1.1', Queue: 'sales' };
  expect(recordOf(timed)).toMatchObject({ body: timed, key: '1.1', headers: {} });
});

it('an event without a time gets the connection and a count, because many such events are equal', () => {
  const shared = counter();
  const bodies = [1, 2].map(() =>
    eventRecord(event(joined), createDialplanJudge(defaultDialplan), shared).value.toString(),
  );
  expect(bodies.map((body) => JSON.parse(body) as unknown)).toEqual([
    Object.assign({ CallstreamConnection: 'c1', CallstreamCount: 1 }, joined),
    Object.assign({ CallstreamConnection: 'c1', CallstreamCount: 2 }, joined),
  ]);
});

it('the events of a call are in one lane', () => {
  const others = ['AgentCalled', 'Hangup'].map((Event) => recordOf({ Event, Linkedid: '1.1', Interface: 'PJSIP/200' }));
  expect(new Set([recordOf(joined), ...others].map(({ partition }) => partition)).size).toBe(1);
});

it('hints are ASCII, because they are sent in a header', () => {
  const refused = {
    Event: 'VarSet',
    Linkedid: '1.1',
    Variable: 'QUEUESTATUS',
    Value: 'FULL',
    Context: 'q',
    Exten: 's',
  };
  const dialplan = Object.assign({}, defaultDialplan, { queueContexts: { q: 'Verão ☀' } });
  const { hints = '' } = recordOf(refused, dialplan).headers as { hints?: string };
  expect(hints).toMatch(/^[ -~]+$/);
  expect(JSON.parse(hints)).toEqual({ queue: 'Verão ☀' });
});

it('variables that may hold secrets are not posted, in events of their own or in others', () => {
  const variable = (Variable: string) => event({ Event: 'VarSet', Variable, Value: '1234', Linkedid: '1.1' });
  expect([variable('PIN'), variable('QUEUESTATUS'), event({ Event: 'Cdr' })].map(isAllowed)).toEqual([
    false,
    true,
    false,
  ]);
  const channel = { Event: 'Hangup', Linkedid: '1.1', 'ChanVariable(PIN)': '1234', 'DestChanVariable(PIN)': '1' };
  expect(JSON.stringify(recordOf(channel).body)).not.toContain('1234');
});
