import { jest } from '@jest/globals';
import { createLog, createPartitionOf } from '@callstream/runtime';
import { parseEvent } from '@callstream/domain';
import { createPublish } from './publish.ts';

const body = Buffer.from('{"type":"call.new","call_id":"a"}');
const parsed = parseEvent(body);
if ('problem' in parsed) throw new Error(parsed.problem);
const accepted = {
  event: parsed.event,
  body,
  hints: null,
  contentType: 'application/json',
  receivedAt: '2026-03-02T13:00:00.000Z',
};

/** Publishes one event while Kafka fails with `error`; the spool takes it. */
async function publishWhile(error: Error) {
  const log = createLog({ service: 'test', level: 'silent' });
  const logged = jest.spyOn(log, 'error');
  const publish = createPublish({
    publisher: { add: () => Promise.reject(error) },
    spool: { add: () => Promise.resolve() },
    topic: 't',
    partitionOf: createPartitionOf(1),
    log,
  });
  const { storedIn } = await publish(accepted);
  return { storedIn, lines: logged.mock.calls };
}

it('an event that a bug keeps from Kafka goes to the spool, and the log has the stack', async () => {
  const bug = new TypeError('x is not a function');
  expect(await publishWhile(bug)).toEqual({
    storedIn: 'spool',
    lines: [[{ error: bug.stack, untold: 0 }, 'publish.failed']],
  });
});

it('an event that Kafka does not take goes to the spool; the publisher has logged why', async () => {
  expect(await publishWhile(new Error('Partition 0 does not take records.'))).toEqual({ storedIn: 'spool', lines: [] });
});
