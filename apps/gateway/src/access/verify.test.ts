import { closeCodes } from '@callstream/contracts';
import { createLog } from '@callstream/runtime';
import type { JWTVerifyGetKey } from 'jose';
import { secret, tokenWith } from '../../testing/tokens.ts';
import { secretKey } from './keys.ts';
import { createVerify } from './verify.ts';

const log = createLog({ service: 'test', level: 'silent' });
const verifyWith = (key: JWTVerifyGetKey) =>
  createVerify({ key, algorithms: ['HS256'], audience: 'callstream', issuer: undefined, log });

it('a valid token is accepted', async () =>
  expect(await verifyWith(secretKey(secret))(await tokenWith())).toMatchObject({ access: {} }));

it('a token whose keys cannot be fetched is refused as unavailable', async () => {
  const unreachable: unknown = await fetch('http://127.0.0.1:1').catch((error: unknown) => error);
  for (const error of [unreachable, new Error('timeout')])
    expect(await verifyWith(() => Promise.reject(error as Error))(await tokenWith())).toEqual({
      refusal: 'unavailable',
    });
});

it('a bug while a token is checked is not reported as keys that are unavailable', async () => {
  const bug = new TypeError('x is not a function');
  expect(await verifyWith(() => Promise.reject(bug))(await tokenWith())).toEqual({ refusal: 'internal' });
});

describe('a refused token has its reason, in words that are not its own', () => {
  const verify = verifyWith(secretKey(secret));
  const names = (count: number) => Array.from({ length: count }, (_, index) => `q${index}`);

  it.each<[string, Parameters<typeof tokenWith>, string]>([
    ['queues as numbers', [{ queues: [900] }], 'Claims of the token: queues: must be a list of strings, or "*".'],
    ['no queues', [{ queues: undefined }], 'Claims of the token: queues: must be a list of strings, or "*".'],
    ['600 queues', [{ queues: names(600) }], 'Claims of the token: queues: must be at most 500.'],
    ['a queue without a name', [{ queues: ['900', ''] }], 'queues.1: each must have 1 to 512 characters.'],
    ['unknown numbers', [{ numbers: 'secret-word' }], 'Claims of the token: numbers: must be "full" or "masked".'],
    ['another audience', [{ aud: 'secret-word' }], 'The claim "aud" is not that of GATEWAY_JWT_AUDIENCE.'],
    ['no audience', [{ aud: undefined }], 'The claim "aud" is missing.'],
    ['a time in the future', [{ nbf: 9_999_999_999 }], 'The claim "nbf" is not valid.'],
    ['9 kB', [{ queues: ['secret-word'.repeat(600)] }], 'The token is longer than 8192 characters.'],
    ['an expiry in the past', [{}, { expiresInSeconds: -60 }], 'The token has expired ("exp").'],
  ])('also in the answer: %s', async (_what, [claims, options], reason) => {
    const refused = await verify(await tokenWith(claims, options));
    expect(refused).toMatchObject({ problem: expect.stringContaining(reason) as string });
    const { problem = '', detail } = refused as { problem?: string; detail?: string };
    expect(detail).toBe(problem);
    expect(problem).not.toMatch(/secret-word/);
    // The most that the reason of a close frame has room for.
    expect(Buffer.byteLength(problem)).toBeLessThanOrEqual(123);
  });

  it('in the log only, without the signature of a key', async () => {
    const refused = await verify(await tokenWith({}, { key: `${secret}!` }));
    expect(refused).toEqual({ refusal: 'wrong', problem: 'The signature does not match the key.' });
    expect(await verify('x.y.z')).toEqual({ refusal: 'wrong', problem: 'This is not a signed JSON Web Token.' });
  });

  it('in the longest reason of a close frame that there is room for', () => {
    for (const { reason } of Object.values(closeCodes)) expect(Buffer.byteLength(reason)).toBeLessThanOrEqual(123);
  });
});
