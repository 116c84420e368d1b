import { createReadState, readinessOf } from './ready.ts';
import type { ReadyOptions } from './ready.ts';
import { emptyStatus, noSpool } from '@callstream/spool';

const createReady = (options: ReadyOptions) => {
  const readState = createReadState(options);
  return async () => readinessOf(await readState());
};
const unavailable = () => Promise.reject(new Error('unavailable'));
const answers = () => Promise.resolve();
const running = { isStopping: () => false, spool: noSpool() };
const spoolWith = (records: number, unavailableReason: string | null) => ({
  status: () => ({ ...emptyStatus, pending: new Map([[0, records]]) }),
  unavailableReason: () => unavailableReason,
});

describe('ingest', () => {
  it('is ready while Kafka answers; without a spool only then', async () => {
    let askKafka = answers;
    const ready = createReady({ ...running, askKafka: () => askKafka() });
    expect(await ready()).toBeNull();
    askKafka = unavailable;
    expect(await ready()).toBe('Kafka does not answer. There is no spool.');
    askKafka = answers;
    expect(await ready()).toBeNull();
  });
  it('is ready while the spool takes events, and tells how many wait in it', async () => {
    const ready = createReady({ ...running, askKafka: unavailable, spool: spoolWith(7, null) });
    expect(await ready()).toEqual({ note: 'Kafka does not answer. Events go to the spool, where 7 wait.' });
    const full = createReady({ ...running, askKafka: unavailable, spool: spoolWith(7, 'The spool is full.') });
    expect(await full()).toBe('Kafka does not answer. The spool is full.');
    const draining = createReady({ ...running, askKafka: answers, spool: spoolWith(7, 'The spool is full.') });
    expect(await draining()).toEqual({ note: '7 events in the spool are being sent.' });
  });
  it('shares one request to Kafka among concurrent readiness checks', async () => {
    let requests = 0;
    const { promise, resolve } = Promise.withResolvers<undefined>();
    const askKafka = () => {
      requests++;
      return promise;
    };
    const ready = createReady({ ...running, askKafka });
    const concurrent = Promise.all([ready(), ready(), ready()]);
    resolve(undefined);
    expect(await concurrent).toEqual([null, null, null]);
    expect(requests).toBe(1);
  });
  it('reports a bug of the check as such, not as Kafka that does not answer', async () => {
    const bug = new TypeError('x is not a function');
    await expect(createReady({ ...running, askKafka: () => Promise.reject(bug) })()).rejects.toBe(bug);
  });
  it('is not ready while it is stopping, even if Kafka answers', async () => {
    expect(await createReady({ ...running, isStopping: () => true, askKafka: answers })()).toBe('Stopping.');
  });
});
