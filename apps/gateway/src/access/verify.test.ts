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
