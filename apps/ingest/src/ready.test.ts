import { createReady } from './ready.ts';

describe('ingest', () => {
  it('is ready while Kafka answers, and says so when it does not', async () => {
    let answer = Promise.resolve();
    const ready = createReady({ isStopping: () => false, askKafka: () => answer });
    expect(await ready()).toBeNull();
    answer = Promise.reject(new Error('away'));
    expect(await ready()).toBe('Kafka does not answer.');
    answer = Promise.resolve();
    expect(await ready()).toBeNull();
  });
  it('asks Kafka once for all who want to know at the same time', async () => {
    let asked = 0;
    const { promise, resolve } = Promise.withResolvers<undefined>();
    const askKafka = () => {
      asked++;
      return promise;
    };
    const ready = createReady({ isStopping: () => false, askKafka });
    const answers = Promise.all([ready(), ready(), ready()]);
    resolve(undefined);
    expect(await answers).toEqual([null, null, null]);
    expect(asked).toBe(1);
  });
  it('is not ready while it stops, whatever Kafka says', async () => {
    expect(await createReady({ isStopping: () => true, askKafka: () => Promise.resolve() })()).toBe('Stopping.');
  });
});
