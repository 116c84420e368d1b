import { readConfig } from '@callstream/runtime';
import { GatewayEnv } from '../config.ts';

const secret = 'x'.repeat(32);
const read = (env: Record<string, string>) => readConfig(GatewayEnv, env);

describe('the gateway', () => {
  it('needs no authentication on loopback addresses by default', () => {
    expect(read({}).GATEWAY_AUTH).toBeUndefined();
    expect(read({ GATEWAY_HOST: '127.0.0.2,::1,[::1],::ffff:127.0.0.1,Localhost' }).GATEWAY_AUTH).toBeUndefined();
  });

  it.each([
    [{ GATEWAY_HOST: '0.0.0.0' }, 'GATEWAY_AUTH: authentication is required'],
    [{ GATEWAY_HOST: '127.0.0.1,192.0.2.7' }, 'GATEWAY_AUTH: authentication is required'],
    [{ GATEWAY_HOST: '127.evil.example' }, 'GATEWAY_AUTH: authentication is required'],
    [{ GATEWAY_HOST: 'localhost.evil.example' }, 'GATEWAY_AUTH: authentication is required'],
    [{ GATEWAY_TRUSTED_PROXIES: '010.0.0.1' }, 'GATEWAY_TRUSTED_PROXIES: must be addresses or networks'],
    [{ GATEWAY_ORIGINS: 'https://wall.example/app' }, '"https://wall.example/app" is not: write wall.example'],
    [{ GATEWAY_ORIGINS: '*.example' }, 'GATEWAY_ORIGINS: must be host names'],
    [{ GATEWAY_AUTH: 'secret' }, 'GATEWAY_JWT_SECRET: must be set'],
    [{ GATEWAY_AUTH: 'secret', GATEWAY_JWT_SECRET: 'short' }, 'GATEWAY_JWT_SECRET: must have at least 32'],
    [{ GATEWAY_AUTH: 'secret', GATEWAY_JWT_SECRET: '' }, 'GATEWAY_JWT_SECRET: must have at least 32'],
    [{ GATEWAY_AUTH: 'jwks', GATEWAY_JWT_ISSUER: 'i' }, 'GATEWAY_JWKS_URL: must be set'],
    [{ GATEWAY_AUTH: 'jwks', GATEWAY_JWKS_URL: 'https://id.example.com/keys' }, 'GATEWAY_JWT_ISSUER: must be set'],
    [{ GATEWAY_JWKS_URL: 'http://id.example.com/keys' }, 'GATEWAY_JWKS_URL: must begin with https://'],
    [{ GATEWAY_JWKS_URL: 'http://127.0.0.1.evil.example/keys' }, 'GATEWAY_JWKS_URL: must begin with https://'],
    [{ GATEWAY_JWKS_URL: 'http://10.0.0.1/keys' }, 'GATEWAY_JWKS_URL: must begin with https://'],
    [{ GATEWAY_JWKS_URL: 'ftp://127.0.0.1/keys' }, 'GATEWAY_JWKS_URL: '],
    [{ GATEWAY_JWT_SECRET: secret }, 'GATEWAY_AUTH: must be secret or jwks'],
    [{ GATEWAY_AUTH: 'none', GATEWAY_JWT_SECRET: secret }, 'GATEWAY_AUTH: none, although'],
    [{ GATEWAY_AUTH: 'nobody' }, 'GATEWAY_AUTH: '],
    [{ TIME_ZONE: 'Mars/Olympus' }, 'TIME_ZONE: must be an IANA time zone name'],
    [{ TIME_ZONE: '-03:00' }, 'America/Sao_Paulo for -03:00; "-03:00" is an offset'],
  ])('does not start with %j, and reports %s', (env, message) => {
    expect(() => read(env)).toThrow(message);
  });

  it.each([
    { GATEWAY_HOST: '0.0.0.0', GATEWAY_AUTH: 'none' },
    { GATEWAY_HOST: '0.0.0.0', GATEWAY_AUTH: 'secret', GATEWAY_JWT_SECRET: secret },
    ...['https://id.example.com/keys', 'http://127.0.0.1:8080/keys', 'http://[::1]/keys', 'http://localhost/keys'].map(
      (url) => ({ GATEWAY_AUTH: 'jwks', GATEWAY_JWT_ISSUER: 'i', GATEWAY_JWKS_URL: url }),
    ),
  ])('starts with %j, where GATEWAY_AUTH is set', (env) => {
    expect(read(env).GATEWAY_AUTH).toBe(env.GATEWAY_AUTH);
  });
});
