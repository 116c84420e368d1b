import { Outbox, socketBufferBytesMax, outboxBytesMax } from './outbox.ts';
import type { Sized } from './unsent-budget.ts';

/** A socket whose client takes a frame only when the test says so. */
function slowSocket() {
  const unsent: { pieces: readonly Buffer[]; sent: () => void }[] = [];
  const read: string[] = [];
  return {
    read,
    /** The client takes the oldest frame. */
    drain: () => {
      const oldest = unsent.shift();
      if (!oldest) return;
      read.push(Buffer.concat(oldest.pieces).toString());
      oldest.sent();
    },
    get bufferedAmount() {
      return unsent.reduce((sum, { pieces }) => sum + Buffer.concat(pieces).length, 0);
    },
    sendText: (pieces: readonly Buffer[], sent: () => void) => void unsent.push({ pieces, sent }),
  };
}

const list = (version: string) => version.padEnd(socketBufferBytesMax + 1);

function slowClient() {
  /** How often each item is held. */
  const held = new Map<Sized, number>();
  const clock = { ms: 0 };
  const socket = slowSocket();
  const outbox = new Outbox(socket, {
    onSent: () => undefined,
    onRoom: () => undefined,
    hold: (item) => held.set(item, (held.get(item) ?? 0) + 1),
    release: (item) => held.set(item, (held.get(item) ?? 0) - 1),
    now: () => clock.ms,
  });
  const heldBytes = () => [...held].reduce((sum, [{ byteLength }, times]) => sum + byteLength * times, 0);
  return { clock, socket, outbox, heldBytes, versions: () => socket.read.map((frame) => frame.trim()) };
}

describe('the outbox of a client that is over 256 KiB behind', () => {
  it('conflates: the client gets the newest answer to a request, and DataChanged once', () => {
    const { socket, outbox, versions } = slowClient();
    outbox.send('list', list('one'));
    for (const version of ['two', 'three', 'four']) {
      outbox.send('DataChanged', 'changed');
      outbox.send('list', list(version));
    }
    expect(socket.bufferedAmount).toBe(socketBufferBytesMax + 1);
    for (let i = 0; i < 9; i++) socket.drain();
    expect(versions()).toEqual(['one', 'changed', 'four']);
  });

  it('refuses a frame beyond 4 MiB, and drops none that waits', () => {
    const { outbox } = slowClient();
    outbox.send('list', list('one'));
    const fitting = Math.floor(outboxBytesMax / (socketBufferBytesMax + 1 + 'q0'.length));
    const taken = Array.from({ length: fitting + 1 }, (_, i) =>
      outbox.send(`q${i % 10}${'x'.repeat(i / 10)}`, list('')),
    );
    expect(taken.slice(0, fitting - 1)).not.toContain(false);
    expect(taken.at(-1)).toBe(false);
  });

  it('is stalled only while the client takes no frame', () => {
    const { clock, socket, outbox } = slowClient();
    expect(outbox.stalledMs(clock.ms)).toBe(0);
    clock.ms = 1_000;
    outbox.send('a', list('one'));
    outbox.send('b', list('two'));
    clock.ms = 50_000;
    expect(outbox.stalledMs(clock.ms)).toBe(49_000);
    socket.drain();
    clock.ms = 60_000;
    expect(outbox.stalledMs(clock.ms)).toBe(10_000);
    socket.drain();
    expect(outbox.stalledMs(clock.ms)).toBe(0);
    expect(outbox.isBehind()).toBe(false);
  });

  it('holds what waits and what is in flight until it is sent, and holds shared pieces themselves', () => {
    const { socket, outbox, heldBytes } = slowClient();
    const shared = Buffer.alloc(socketBufferBytesMax);
    outbox.send('a', [Buffer.from('head'), shared, Buffer.from('end')]);
    outbox.send('b', list('waits'));
    outbox.send('b', list('waits'));
    expect(heldBytes()).toBe(socketBufferBytesMax + 7 + list('').length);
    socket.drain();
    expect(heldBytes()).toBe(list('').length);
    socket.drain();
    expect(heldBytes()).toBe(0);
    expect(socket.read.map(({ length }) => length)).toEqual([socketBufferBytesMax + 7, list('').length]);
  });
});
