import { createLog } from '@callstream/runtime';
import { ConnectionLost } from '@callstream/tables';
import { retryTransient } from './retry-transient.ts';

const log = createLog({ service: 'test', level: 'silent' });
const { signal } = new AbortController();
const refused = (): Error => new ConnectionLost('Postgres cannot be reached.');

describe('a transient error', () => {
  it('is retried until the work succeeds', async () => {
    const reasons: string[] = [];
    let attempts = 0;
    const work = () => (++attempts < 3 ? Promise.reject(refused()) : Promise.resolve('done'));
    const onRetry = (reason: string) => void reasons.push(reason);
    expect(await retryTransient(work, { signal, onRetry, log })).toBe('done');
    expect(reasons).toEqual(['Postgres cannot be reached.', 'Postgres cannot be reached.']);
  });
  it('is thrown once the retries took longer than withinMs', async () => {
    let attempts = 0;
    const work = () => Promise.reject<string>(Object.assign(refused(), { attempt: ++attempts }));
    await expect(retryTransient(work, { signal, withinMs: 250, onRetry: () => undefined, log })).rejects.toThrow(
      ConnectionLost,
    );
    expect(attempts).toBeGreaterThan(1);
  });
});

it('a permanent error is not retried', async () => {
  let attempts = 0;
  const work = () => Promise.reject<string>(new Error(`attempt ${++attempts}`));
  await expect(retryTransient(work, { signal, onRetry: () => undefined, log })).rejects.toThrow('attempt 1');
  expect(attempts).toBe(1);
});
