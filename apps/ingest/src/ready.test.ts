import { createReady } from './ready.ts';
import { emptyStatus } from './spool/messages.ts';
import { noSpool } from './spool/spool.ts';

const away = () => Promise.reject(new Error('away'));
const there = () => Promise.resolve();
const running = { isStopping: () => false, spool: noSpool() };
const spoolWith = (records: number, trouble: string | null) => ({
  status: () => ({ ...emptyStatus, lanes: new Map([[0, records]]) }),
  trouble: () => trouble,
});

describe('ingest', () => {
  it('is ready while Kafka answers, and without a spool only then', async () => {
    let askKafka = there;
    const ready = createReady({ ...running, askKafka: () => askKafka() });
    expect(await ready()).toBeNull();
    askKafka = away;
    expect(await ready()).toBe('Kafka does not answer. There is no spool.');
    askKafka = there;
    expect(await ready()).toBeNull();
  });
  it('is ready while the spool takes events, and says what waits there', async () => {
    const ready = createReady({ ...running, askKafka: away, spool: spoolWith(7, null) });
    expect(await ready()).toEqual({ note: 'Kafka does not answer. Events go to the spool, where 7 wait.' });
    const full = createReady({ ...running, askKafka: away, spool: spoolWith(7, 'The spool is full.') });
    expect(await full()).toBe('Kafka does not answer. The spool is full.');
    const drains = createReady({ ...running, askKafka: there, spool: spoolWith(7, 'The spool is full.') });
    expect(await drains()).toEqual({ note: '7 events in the spool are being sent.' });
  });
  it('asks Kafka once for all who want to know at the same time', async () => {
    let asked = 0;
    const { promise, resolve } = Promise.withResolvers<undefined>();
    const askKafka = () => {
      asked++;
      return promise;
    };
    const ready = createReady({ ...running, askKafka });
    const answers = Promise.all([ready(), ready(), ready()]);
    resolve(undefined);
    expect(await answers).toEqual([null, null, null]);
    expect(asked).toBe(1);
  });
  it('is not ready while it stops, whatever Kafka says', async () => {
    expect(await createReady({ ...running, isStopping: () => true, askKafka: there })()).toBe('Stopping.');
  });
});
