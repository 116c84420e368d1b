import fc from 'fast-check';
import { createMessageReader } from './read-messages.ts';

const stream = Buffer.from(
  'Asterisk Call Manager/11.0.0\r\n' +
    'Event: FullyBooted\r\nStatus: Fully Booted\r\n\r\n' +
    'Event: VarSet\r\nValue: a: b\r\nValue: second\r\nEmpty:\r\nno field\r\n\r\n',
);
const expected = [
  { Event: 'FullyBooted', Status: 'Fully Booted' },
  { Event: 'VarSet', Value: 'a: b', Empty: '' },
];

function readAll(chunks: readonly Buffer[]) {
  let excess = 0;
  const reader = createMessageReader(() => excess++);
  const messages = chunks.flatMap((chunk) => reader.read(chunk)).map((message) => Object.fromEntries(message));
  return { messages, excess, banner: reader.banner() };
}

it('messages are read wherever the stream is split', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(stream.length), { maxLength: 20 }), (cuts) => {
      const at = [0, ...cuts, stream.length].toSorted((a, b) => a - b);
      const read = readAll(at.slice(1).map((end, i) => stream.subarray(at[i], end)));
      expect(read).toEqual({ messages: expected, excess: 0, banner: 'Asterisk Call Manager/11.0.0' });
    }),
  );
});

it('a line of 1 MB is left out, and the other fields and messages are read', () => {
  const long = Buffer.from(`Event: Newchannel\r\nLinkedid: ${'x'.repeat(1_000_000)}\r\nUniqueid: 1\r\n\r\n`);
  const pieces = Array.from({ length: Math.ceil(long.length / 4_096) }, (_, i) =>
    long.subarray(i * 4_096, (i + 1) * 4_096),
  );
  const read = readAll([stream, ...pieces, stream.subarray(30)]);
  expect(read.messages).toEqual([...expected, { Event: 'Newchannel', Uniqueid: '1' }, ...expected]);
  expect(read.excess).toBe(1);
});

it('a message that never ends takes no more memory than one that is too long, and the next one is read', () => {
  const lines = Array.from({ length: 5_000 }, (_, i) => `F${i}: ${'x'.repeat(100)}\r\n`).join('');
  const { messages, excess } = readAll([stream, Buffer.from(`${lines}\r\nEvent: Next\r\n\r\n`)]);
  expect(Object.keys(messages[2] ?? {}).length).toBeLessThan(1_500);
  expect(excess).toBeGreaterThan(3_500);
  expect(messages[3]).toEqual({ Event: 'Next' });
});

it('binary is no message, and text of old phones is Latin-1', () => {
  const binary = Buffer.from([0, 0xff, 0x0a, 0x0d, 0x0a, 0x80]);
  const name = Buffer.from('Event: X\r\nCallerIDName: Jos\xe9\r\n\r\n', 'latin1');
  const { messages } = readAll([stream, binary, Buffer.from('\r\n\r\n'), name]);
  expect(messages.at(-1)).toEqual({ Event: 'X', CallerIDName: 'José' });
  expect(messages).toHaveLength(3);
});
