import { cacheTokens } from './token-cache.ts';
import { everything } from './scope.ts';
import type { VerifyResult } from './verify.ts';

/** A check of tokens that counts, by a clock that the test moves: each expires after a minute. */
function counted(answer: VerifyResult = { access: { scope: everything, expiresAt: 60_000 } }) {
  let checks = 0;
  let at = 0;
  const verify = cacheTokens(
    () => {
      checks++;
      return Promise.resolve(answer);
    },
    () => at,
  );
  return { verify, checks: () => checks, goTo: (ms: number) => void (at = ms) };
}

describe('a token that was taken', () => {
  it('is checked once in ten seconds, however often it is shown', async () => {
    const { verify, checks, goTo } = counted();
    for (let i = 0; i < 200; i++) expect(await verify('token')).toMatchObject({ access: {} });
    expect(checks()).toBe(1);
    goTo(10_000);
    await verify('token');
    await verify('another');
    expect(checks()).toBe(3);
  });

  it('is checked once for all who show it at the same time', async () => {
    const { verify, checks } = counted();
    const all = await Promise.all(Array.from({ length: 200 }, () => verify('token')));
    expect(all.every((verified) => 'access' in verified)).toBe(true);
    expect(checks()).toBe(1);
  });

  it('is checked again as soon as it has expired', async () => {
    const { verify, checks, goTo } = counted();
    goTo(59_999);
    await verify('token');
    goTo(60_000);
    await verify('token');
    expect(checks()).toBe(2);
  });
});

it('a token that was not taken is checked every time', async () => {
  const { verify, checks } = counted({ refusal: 'wrong' });
  await verify('token');
  expect(await verify('token')).toEqual({ refusal: 'wrong' });
  expect(checks()).toBe(2);
});
