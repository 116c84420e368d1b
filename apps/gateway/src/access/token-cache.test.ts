import { cacheTokens } from './token-cache.ts';
import { everything } from './scope.ts';
import type { VerifyResult } from './verify.ts';

/** A cache that counts the checks behind it, with the clock of the test. Tokens expire at 60 s. */
function cacheUnderTest(answer: VerifyResult = { access: { scope: everything, expiresAt: 60_000 } }) {
  let checks = 0;
  let at = 0;
  const verify = cacheTokens(
    () => {
      checks++;
      return Promise.resolve(answer);
    },
    () => at,
  );
  return { verify, checks: () => checks, setTime: (ms: number) => void (at = ms) };
}

describe('an accepted token', () => {
  it('is checked once in ten seconds, however often it is sent', async () => {
    const { verify, checks, setTime } = cacheUnderTest();
    for (let i = 0; i < 200; i++) expect(await verify('token')).toMatchObject({ access: {} });
    expect(checks()).toBe(1);
    setTime(10_000);
    await verify('token');
    await verify('another');
    expect(checks()).toBe(3);
  });

  it('is checked once for all requests that send it at the same time', async () => {
    const { verify, checks } = cacheUnderTest();
    const all = await Promise.all(Array.from({ length: 200 }, () => verify('token')));
    expect(all.every((result) => 'access' in result)).toBe(true);
    expect(checks()).toBe(1);
  });

  it('is checked again as soon as it has expired', async () => {
    const { verify, checks, setTime } = cacheUnderTest();
    setTime(59_999);
    await verify('token');
    setTime(60_000);
    await verify('token');
    expect(checks()).toBe(2);
  });
});

it('a refused token is checked every time', async () => {
  const { verify, checks } = cacheUnderTest({ refusal: 'wrong' });
  await verify('token');
  expect(await verify('token')).toEqual({ refusal: 'wrong' });
  expect(checks()).toBe(2);
});
