import { readSettings } from './settings.ts';

const isPort = 'is not a port.';

it('the default ports are those in the documentation, on this machine only', () => {
  const { dashboardUrl, webhookUrl, socketUrl, ports } = readSettings({});
  expect({ dashboardUrl, webhookUrl, socketUrl }).toEqual({
    dashboardUrl: 'http://127.0.0.1:4000/',
    webhookUrl: 'http://127.0.0.1:3000/webhook',
    socketUrl: 'ws://127.0.0.1:4000',
  });
  expect(ports.map(({ variable, port }) => `${variable}=${port}`)).toEqual([
    'INGEST_PORT=3000',
    'GATEWAY_PORT=4000',
    'INGEST_ADMIN_PORT=9101',
    'PROJECTOR_ADMIN_PORT=9102',
    'GATEWAY_ADMIN_PORT=9103',
  ]);
  expect(new Set(ports.flatMap(({ hosts }) => hosts))).toEqual(new Set(['127.0.0.1', '::1']));
});

it('the delegator starts only if its provider is named', () => {
  const names = (env: NodeJS.ProcessEnv): string[] => readSettings(env).services.map(({ name }) => name);
  expect(names({})).toEqual(['projector', 'ingest', 'gateway']);
  expect(names({ DELEGATOR_URL: 'https://api.example' })).toEqual(['projector', 'ingest', 'gateway', 'delegator']);
  expect(readSettings({ DELEGATOR_URL: 'https://api.example' }).ports.at(-1)).toMatchObject({ port: 9105 });
});

it.each([
  ['0.0.0.0', 'http://127.0.0.1:4000/'],
  ['::', 'http://127.0.0.1:4000/'],
  ['192.0.2.7', 'http://192.0.2.7:4000/'],
  ['2001:db8::1,127.0.0.1', 'http://[2001:db8::1]:4000/'],
  ['[::1]', 'http://[::1]:4000/'],
])('the dashboard URL can be opened in a browser if the gateway listens on %s', (host, url) =>
  expect(readSettings({ GATEWAY_HOST: host }).dashboardUrl).toBe(url),
);

it.each(['0', '70000', '80a', '-1', '1.5'])('an invalid port is refused with its setting: %s', (port) =>
  expect(() => readSettings({ GATEWAY_PORT: port })).toThrow(`GATEWAY_PORT=${port} ${isPort}`),
);

it('npm start starts servers whose address is not set, and refuses passwords for them', () => {
  expect(readSettings({ DATABASE_URL_FILE: '/run/secrets/url' }).starts).toEqual({ kafka: true, postgres: false });
  expect(() => readSettings({ KAFKA_SECURITY_PROTOCOL: 'SASL_SSL' })).toThrow('KAFKA_BROKERS is not');
  expect(() => readSettings({ DATABASE_PASSWORD_FILE: '/run/secrets/password' })).toThrow('DATABASE_URL is not');
});
