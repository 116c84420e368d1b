import { DeadlineExceeded, within } from './stop.ts';

describe('within a deadline', () => {
  it('is the result of the work, or its failure', async () => {
    await expect(within(1_000, Promise.resolve('done'))).resolves.toBe('done');
    await expect(within(1_000, Promise.reject(new Error('broken')))).rejects.toThrow('broken');
  });
  it('is DeadlineExceeded after it', async () => {
    await expect(within(1, new Promise(() => undefined))).rejects.toThrow(DeadlineExceeded);
  });
});
