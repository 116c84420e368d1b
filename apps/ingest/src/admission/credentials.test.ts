import { Webhook } from 'standardwebhooks';
import { readConfig } from '@callstream/runtime';
import { IngestEnv } from '../config.ts';
import { createAuthentication, credentialsOf } from './credentials.ts';

const [current, previous, other] = ['current-secret-0123', 'previous-secret-012', 'another-secret-0123'];
const key = (text: string): string => `whsec_${Buffer.from(text.repeat(2)).toString('base64')}`;
const body = Buffer.from('{"type":"call.new","note":"Verão"}');

const authentication = (settings: Record<string, string>) =>
  createAuthentication(credentialsOf(readConfig(IngestEnv, settings)));
const basic = (pair: string) => ({ authorization: `Basic ${Buffer.from(pair).toString('base64')}` });
const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

const settings = {
  path: { INGEST_PATH_SECRET: current, INGEST_PATH_SECRET_PREVIOUS: previous },
  basic: { INGEST_BASIC: `teravoz:${current}`, INGEST_BASIC_PREVIOUS: `teravoz:${previous}` },
  bearer: { INGEST_BEARER_TOKEN: current, INGEST_BEARER_TOKEN_PREVIOUS: previous },
  hmac: { INGEST_HMAC_SECRET: key(current), INGEST_HMAC_SECRET_PREVIOUS: key(previous) },
};

describe.each([
  ['path', (secret: string) => ({ headers: {}, pathSecret: secret })],
  ['basic', (secret: string) => ({ headers: basic(`teravoz:${secret}`), pathSecret: undefined })],
  ['bearer', (secret: string) => ({ headers: bearer(secret), pathSecret: undefined })],
] as const)('authentication by %s', (kind, request) => {
  const { checkHead } = authentication(settings[kind]);
  it.each([
    ['the current secret', current, 'valid'],
    ['the previous secret', previous, 'valid'],
    ['another secret', other, 'invalid'],
    ['a prefix of the secret', current.slice(0, -1), 'invalid'],
    ['the secret and one more character', `${current}x`, 'invalid'],
    ['an empty secret', '', 'invalid'],
  ])('of %s', (_, secret, result) => expect(checkHead(request(secret))).toBe(result));
  it('without a secret is invalid', () => expect(checkHead({ headers: {}, pathSecret: undefined })).toBe('invalid'));
});

describe('a signature of the reference library of Standard Webhooks', () => {
  const { checkHead, checkSignature } = authentication(settings.hmac);
  const sign = (secret: string, { at = new Date(), of = body } = {}) => ({
    'webhook-id': 'msg_1',
    'webhook-timestamp': String(Math.floor(at.getTime() / 1_000)),
    'webhook-signature': new Webhook(secret).sign('msg_1', at, of.toString()),
  });
  const minutes = (count: number) => new Date(Date.now() + count * 60_000);

  it('needs the body to be checked', () => {
    expect(checkHead({ headers: sign(key(current)), pathSecret: undefined })).toBe('needs-body');
    expect(checkHead({ headers: {}, pathSecret: undefined })).toBe('invalid');
  });
  it.each([
    ['by the current key', sign(key(current)), true],
    ['by the previous key', sign(key(previous)), true],
    ['by another key', sign(key(other)), false],
    ['of another body', sign(key(current), { of: Buffer.from('{}') }), false],
    ['of four minutes ago', sign(key(current), { at: minutes(-4) }), true],
    ['of six minutes ago', sign(key(current), { at: minutes(-6) }), false],
    ['of six minutes in the future', sign(key(current), { at: minutes(6) }), false],
    ['with another timestamp', { ...sign(key(current)), 'webhook-timestamp': String(Date.now() / 1_000 - 60) }, false],
    ['without a timestamp', { ...sign(key(current)), 'webhook-timestamp': '' }, false],
    ['of another version', { ...sign(key(current)), 'webhook-signature': 'v1a,AAAA' }, false],
    ['that is empty', { ...sign(key(current)), 'webhook-signature': '' }, false],
  ])('%s is valid: %p', (_, headers, isValid) => expect(checkSignature(headers, body)).toBe(isValid));
  it('may be one of several, while keys are rotated', () => {
    const [old, now] = [sign(key(other)), sign(key(current))];
    const both = { ...now, 'webhook-signature': `${old['webhook-signature']} ${now['webhook-signature']}` };
    expect(checkSignature(both, body)).toBe(true);
  });
});

it('one valid kind of secret is enough, and the challenge of a 401 names the kinds that go into a header', () => {
  const { checkHead, challenge } = authentication(
    Object.assign({}, ...Object.values(settings)) as Record<string, string>,
  );
  expect(checkHead({ headers: bearer(current), pathSecret: 'wrong' })).toBe('valid');
  expect(checkHead({ headers: bearer('wrong'), pathSecret: previous })).toBe('valid');
  expect(checkHead({ headers: basic('other:secret'), pathSecret: undefined })).toBe('invalid');
  expect(challenge).toMatch(/^Basic .*, Bearer .*, Webhook /);
});

describe('the settings of ingest', () => {
  const read = (env: Record<string, string>) => readConfig(IngestEnv, env);
  it('without a secret, allow everybody to send; with NODE_ENV=production, do not start', () => {
    expect(authentication({}).checkHead({ headers: {}, pathSecret: undefined })).toBe('valid');
    expect(() => read({ NODE_ENV: 'production' })).toThrow(/INGEST_AUTH: NODE_ENV=production requires authentication/);
    expect(() => read({ NODE_ENV: 'production', INGEST_AUTH: 'none' })).not.toThrow();
    expect(() => read({ NODE_ENV: 'production', ...settings.bearer })).not.toThrow();
  });
  it.each(Object.values(settings).flatMap((kind) => Object.keys(kind)))('refuse an empty %s', (name) => {
    expect(() =>
      read({ ...(Object.assign({}, ...Object.values(settings)) as Record<string, string>), [name]: '' }),
    ).toThrow(name);
  });
  it('refuse secrets with INGEST_AUTH=none, a previous secret alone, and a short secret, and never print a secret', () => {
    expect(() => read({ ...settings.bearer, INGEST_AUTH: 'none' })).toThrow(
      /none, although INGEST_BEARER_TOKEN is set/,
    );
    expect(() => read({ INGEST_BEARER_TOKEN_PREVIOUS: previous })).toThrow(/must be set when .*_PREVIOUS is/);
    const short = () => read({ INGEST_BEARER_TOKEN: 'abc-short' });
    expect(short).toThrow(/at least 16 characters/);
    expect(short).not.toThrow(/abc-short/);
  });
  it.each([
    '0.0.0.0',
    '::',
    '192.0.2.7',
    '127.0.0.1,192.0.2.7',
    '127.evil.example',
    'localhost.evil.example',
    'ingest',
  ])('without a secret do not start on %s, whatever NODE_ENV says', (INGEST_HOST) => {
    for (const NODE_ENV of ['production', 'development', 'test', ''])
      expect(() => read({ INGEST_HOST, NODE_ENV })).toThrow(/INGEST_AUTH: .*INGEST_HOST.*INGEST_PATH_SECRET/);
    expect(() => read({ INGEST_HOST, INGEST_AUTH: 'none' })).not.toThrow();
    expect(() => read({ INGEST_HOST, ...settings.path })).not.toThrow();
  });
  it.each([
    '127.0.0.2',
    '::1',
    '[::1]',
    '::ffff:127.0.0.1',
    '0:0:0:0:0:0:0:1',
    'localhost',
    'LOCALHOST',
    '127.0.0.1,::1',
  ])('without a secret start on %s: it is loopback', (INGEST_HOST) =>
    expect(() => read({ INGEST_HOST })).not.toThrow(),
  );
  it.each(['10', '010.0.0.1', '10.0.0.0/33', '2001:db8::/129', '203.0.113.7:443', '10.0.0.0/x', '1.2.3', 'fe80::1/'])(
    'refuse %s as a network, and name it',
    (network) => {
      for (const name of ['INGEST_ALLOW', 'INGEST_TRUSTED_PROXIES'])
        expect(() => read({ [name]: `192.0.2.1,${network}` })).toThrow(`${name}: must be addresses or networks`);
      expect(() => read({ INGEST_ALLOW: network })).toThrow(`"${network}"`);
    },
  );
  it('refuse invalid hosts and origins, and normalize the others', () => {
    expect(read({ INGEST_HOSTS: 'Calls.Example.COM:8443, https://calls.example.com.' }).INGEST_HOSTS).toEqual([
      'calls.example.com',
      'calls.example.com',
    ]);
    expect(read({ INGEST_CORS_ORIGINS: 'HTTPS://App.example.com:443/' }).INGEST_CORS_ORIGINS).toEqual([
      'https://app.example.com',
    ]);
    for (const host of ['*', '*.example.com', 'calls.example.com/webhook', 'a b', 'a@b', 'a;b'])
      expect(() => read({ INGEST_HOSTS: host })).toThrow(/INGEST_HOSTS: must be host names/);
    for (const origin of ['*', 'null', 'app.example.com', 'https://app.example.com/path', 'https://*.example.com'])
      expect(() => read({ INGEST_CORS_ORIGINS: origin })).toThrow(/INGEST_CORS_ORIGINS: must be origins/);
  });
  it('refuse a list with an invalid network', () => {
    expect(() => read({ INGEST_ALLOW: '10.0.0.0/8,example.com' })).toThrow(
      /INGEST_ALLOW: must be addresses or networks/,
    );
  });
});
