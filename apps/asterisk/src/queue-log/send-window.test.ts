import { createSendWindow } from './send-window.ts';

/** A request that the test answers. */
function request() {
  const { promise, resolve, reject } = Promise.withResolvers<undefined>();
  let isSent = false;
  return {
    send: (): Promise<undefined> => {
      isSent = true;
      return promise;
    },
    isSent: () => isSent,
    answer: () => resolve(undefined),
    fail: () => reject(new Error('refused')),
  };
}
const turn = () => new Promise((resolve) => setImmediate(resolve));

it('requests are on their way at once up to a limit, and count in their order, whichever is answered first', async () => {
  const window = createSendWindow(2);
  const [first, second, third] = [request(), request(), request()];
  const counted: string[] = [];
  await window.add(new Set(['first']), first.send, () => counted.push('first'));
  await window.add(new Set(['second']), second.send, () => counted.push('second'));
  window.afterAll(() => counted.push('end of the chunk'));
  const added = window.add(new Set(['third']), third.send, () => counted.push('third'));
  second.answer();
  await turn();
  expect([second.isSent(), third.isSent(), counted]).toEqual([true, false, []]);
  first.answer();
  await added;
  await turn();
  expect([third.isSent(), counted]).toEqual([true, ['first', 'second', 'end of the chunk']]);
  third.answer();
  await window.drained();
  expect(counted.at(-1)).toBe('third');
});

it('after a request that fails, nothing counts and nothing more is sent', async () => {
  const window = createSendWindow(2);
  const [first, second, third] = [request(), request(), request()];
  const counted: string[] = [];
  await window.add(new Set(['first']), first.send, () => counted.push('first'));
  await window.add(new Set(['second']), second.send, () => counted.push('second'));
  first.fail();
  second.answer();
  await expect(window.add(new Set(['third']), third.send, () => counted.push('third'))).rejects.toThrow('refused');
  await expect(window.drained()).rejects.toThrow('refused');
  expect([third.isSent(), counted]).toEqual([false, []]);
});

it('a request that shares a key with one on its way waits for it, and for all before it', async () => {
  const window = createSendWindow(3);
  const [first, second, third] = [request(), request(), request()];
  await window.add(new Set(['a']), first.send, () => undefined);
  await window.add(new Set(['b', 'c']), second.send, () => undefined);
  const added = window.add(new Set(['c', 'd']), third.send, () => undefined);
  second.answer();
  await turn();
  expect(third.isSent()).toBe(false);
  first.answer();
  await added;
  expect(third.isSent()).toBe(true);
});
