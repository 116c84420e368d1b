import { DeadlineExceeded, within } from './deadline.ts';

describe('within', () => {
  it('has the result, or the error, of work that is done in time', async () => {
    await expect(within(1_000, Promise.resolve('done'))).resolves.toBe('done');
    await expect(within(1_000, Promise.reject(new Error('broken')))).rejects.toThrow('broken');
  });
  it('throws DeadlineExceeded once the deadline has passed', async () => {
    await expect(within(1, new Promise(() => undefined))).rejects.toThrow(DeadlineExceeded);
  });
});
