import { EventEmitter } from 'node:events';
import { setImmediate as nextTurn, setTimeout as pause } from 'node:timers/promises';
import { createTurnsOfLargeBodies } from './large-bodies.ts';

const bodies = { large: Buffer.alloc(1_000_000), quarter: Buffer.alloc(64 * 1024) };

/** The order in which bodies get their turns, and a way to end each. */
function turnsUnderTest() {
  const awaitTurn = createTurnsOfLargeBodies();
  const begun: string[] = [];
  const responses = new Map<string, EventEmitter>();
  return {
    begun,
    receive: (name: string, body: Buffer) => {
      const response = new EventEmitter();
      responses.set(name, response);
      return awaitTurn({ body, response, isBatch: true })?.then(() => begun.push(name));
    },
    close: async (name: string) => {
      responses.get(name)?.emit('close');
      for (let i = 0; i < 5; i++) await nextTurn();
    },
  };
}

it('a small body does not wait', () => {
  const received = { body: Buffer.alloc(1_000), response: new EventEmitter(), isBatch: false };
  expect(createTurnsOfLargeBodies()(received)).toBeUndefined();
});

it('of large bodies that arrive together, one is parsed and stored after the other', async () => {
  const { begun, receive, close } = turnsUnderTest();
  for (const name of ['a', 'b', 'c']) void receive(name, bodies.large);
  await close('nothing');
  expect(begun).toEqual(['a']);
  await close('a');
  expect(begun).toEqual(['a', 'b']);
  await close('b');
  expect(begun).toEqual(['a', 'b', 'c']);
});

it('several that are not so large share a turn, and a larger one that waits is not overtaken', async () => {
  const { begun, receive, close } = turnsUnderTest();
  for (const name of ['a', 'b']) void receive(name, bodies.quarter);
  void receive('large', bodies.large);
  void receive('c', bodies.quarter);
  await close('nothing');
  expect(begun).toEqual(['a', 'b']);
  await close('a');
  await close('b');
  expect(begun).toEqual(['a', 'b', 'large']);
  await close('large');
  expect(begun).toEqual(['a', 'b', 'large', 'c']);
});

it('the turn of a client that disconnected while it waited ends at once', async () => {
  const { begun, receive, close } = turnsUnderTest();
  for (const name of ['a', 'b', 'c']) void receive(name, bodies.large);
  await close('b');
  await close('a');
  expect(begun).toEqual(['a', 'b', 'c']);
});

it('a body that is not stored within a second lets the next one in', async () => {
  const { begun, receive } = turnsUnderTest();
  const [, second] = ['a', 'b'].map((name) => receive(name, bodies.large));
  await second;
  expect(begun).toEqual(['a', 'b']);
});

it('a large event is followed by a rest twice as long as its turn', async () => {
  const awaitTurn = createTurnsOfLargeBodies();
  const first = new EventEmitter();
  await awaitTurn({ body: bodies.large, response: first, isBatch: false });
  const beganAt = performance.now();
  const response = new EventEmitter();
  const second = awaitTurn({ body: bodies.large, response, isBatch: false });
  await pause(30);
  const closedAt = performance.now();
  first.emit('close');
  await second;
  // A timer of Node may be early by less than a millisecond.
  expect(performance.now() - closedAt).toBeGreaterThan(2 * (closedAt - beganAt) - 1);
  response.emit('close');
});
