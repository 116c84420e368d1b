import { z } from 'zod';
import {
  databaseEnv,
  kafkaEnv,
  listEnv,
  renderEffectiveConfig,
  renderReference,
  renderSettingsHelp,
} from '../index.ts';

const schema = z.object({
  ...kafkaEnv,
  ...databaseEnv,
  JWKS: z.url().optional().describe('Keys'),
  PAGES: listEnv.optional().describe('Pages'),
});
const lines = (env: Record<string, string>): string[] => renderEffectiveConfig(schema, env).trimEnd().split('\n');

describe('the effective configuration', () => {
  it('has the source of each value', () =>
    expect(lines({ KAFKA_BROKERS: 'a:1', KAFKA_TOPIC: '', KAFKA_SSL_CA_FILE: '/ca.pem' })).toEqual(
      expect.arrayContaining([
        'KAFKA_BROKERS=a:1  # environment',
        'KAFKA_TOPIC=call-events  # default',
        'KAFKA_SASL_USERNAME=',
        'KAFKA_SSL_CA=***  # KAFKA_SSL_CA_FILE=/ca.pem',
      ]),
    ));
  it('masks secrets, also in URLs', () => {
    const env = {
      KAFKA_SASL_PASSWORD: 'hidden',
      KAFKA_SSL_KEY: '-----BEGIN PRIVATE KEY-----\nhidden',
      DATABASE_URL: 'postgres://ana:hidden@db:5432/x?sslmode=require&password=hidden',
      JWKS: 'https://user:hidden@keys.example.com/',
    };
    expect(renderEffectiveConfig(schema, env)).not.toContain('hidden');
    expect(lines(env)).toEqual(
      expect.arrayContaining([
        'DATABASE_URL=postgres://ana:***@db:5432/x?sslmode=require&password=***  # environment',
        'JWKS=https://user:***@keys.example.com/  # environment',
      ]),
    );
    expect(lines({ DATABASE_URL: 'ana:hidden@db' })).toContain('DATABASE_URL=***  # environment');
  });
  it.each([
    ['a password that looks like a URL', { KAFKA_SASL_PASSWORD: 'https://example.com/hidden' }],
    ['a key that looks like a URL of a database', { KAFKA_SSL_KEY: 'postgres://hidden/' }],
    ['a query parameter of any name', { JWKS: 'https://keys.example.com/?sig=hidden&x=hidden&x=hidden' }],
    ['a token as user', { JWKS: 'https://hidden@keys.example.com/' }],
    ['a fragment', { JWKS: 'https://keys.example.com/#hidden' }],
    ['a password with a comma', { JWKS: 'https://ana:hid,hidden@keys.example.com/' }],
    ['a password in a URL that is not valid', { JWKS: 'https://ana:hidden@keys.example.com:99999/' }],
    ['a password in the second URL of a list', { PAGES: 'https://a.example, https://ana:hidden@b.example' }],
    ['a parameter of the database', { DATABASE_URL: 'postgres://ana@db/x?sslmode=require&sslpassword=hidden' }],
  ])('masks %s', (_what, env) => {
    expect(renderEffectiveConfig(schema, env)).not.toContain('hidden');
  });
  it('shows URLs without secrets as they are written', () => {
    const env = {
      DATABASE_URL: 'postgres://ana@db/x?sslmode=require',
      JWKS: 'https://keys.example.com',
      PAGES: 'https://a.example,https://b.example',
    };
    expect(lines(env)).toEqual(
      expect.arrayContaining(Object.entries(env).map(([name, value]) => `${name}=${value}  # environment`)),
    );
  });
});

it('every setting is in the help, and once in the reference with the services that read it', () => {
  const page = renderReference([
    { title: 'ingest', schema: z.object(kafkaEnv) },
    { title: 'gateway', schema },
  ]);
  for (const name of Object.keys(schema.shape)) {
    expect(renderSettingsHelp(schema)).toContain(`  ${name}`);
    expect(page.match(new RegExp(`\\| \`${name}\` `, 'g'))).toHaveLength(1);
  }
  expect(page).toMatch(/`KAFKA_TOPIC` \| `call-events` \| text \| ingest, gateway \|/);
});
