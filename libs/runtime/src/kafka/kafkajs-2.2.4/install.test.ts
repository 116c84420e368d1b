import { jest } from '@jest/globals';
import { createLog } from '../../log.ts';
import { connectKafka } from '../connect.ts';
import { kafkajsVersion, requireInternal } from './internals.ts';

const connect = () =>
  connectKafka({
    brokers: ['127.0.0.1:1'],
    clientId: 'test',
    log: createLog({ service: 'test', level: 'silent' }),
  });

/** What the repairs replace. */
const repaired = (): unknown[] => {
  const prototypeOf = (path: string) => requireInternal<{ prototype: Record<string, unknown> }>(path).prototype;
  const connection = prototypeOf('network/connection.js');
  return [
    requireInternal<{ Codecs: Record<number, unknown> }>('protocol/message/compression/index.js').Codecs[4],
    requireInternal<{ decode: unknown }>('protocol/requests/fetch/v11/response.js').decode,
    requireInternal<{ protocol: unknown }>('protocol/requests/produce/index.js').protocol,
    requireInternal<{ parse: unknown }>('protocol/requests/metadata/v6/response.js').parse,
    prototypeOf('consumer/consumerGroup.js')['recoverFromOffsetOutOfRange'],
    connection['connect'],
    prototypeOf('network/requestQueue/index.js')['scheduleCheckPendingRequests'],
    connection['send'],
    prototypeOf('cluster/index.js')['findGroupCoordinatorMetadata'],
  ];
};

it('another version of kafkajs is refused, with the remedy, and nothing is repaired', () => {
  const original = repaired();
  jest.doMock('kafkajs/package.json', () => ({ version: '2.2.5' }));
  expect(connect).toThrow(
    `kafkajs 2.2.5 is installed, and callstream repairs private modules of kafkajs ${kafkajsVersion}. Install that version (npm ci)`,
  );
  jest.dontMock('kafkajs/package.json');
  expect(repaired()).toEqual(original);
});

it('the first client of a process repairs kafkajs, once; importing a module repairs nothing', () => {
  const original = repaired();
  expect(original.map((value) => typeof value)).not.toContain('undefined');
  connect();
  const first = repaired();
  for (const [i, value] of first.entries()) expect(value).not.toBe(original[i]);
  connect();
  expect(repaired()).toEqual(first);
});
