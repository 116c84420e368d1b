import { isIP } from 'node:net';
import { resolve } from 'node:path';

export interface ServiceSpec {
  name: string;
  script: string;
  args: readonly string[];
  adminUrl: string;
  usesTables: boolean;
}

export interface StartSettings {
  dataDir: string;
  /** The servers to start: those whose address is not set. */
  starts: { kafka: boolean; postgres: boolean };
  dashboardUrl: string;
  webhookUrl: string;
  socketUrl: string;
  /** All ports of the services, with the variable that sets each. */
  ports: readonly { variable: string; port: number; hosts: readonly string[] }[];
  services: readonly ServiceSpec[];
}

/** @throws {Error} in one line, if a setting is not valid */
export function readSettings(env: NodeJS.ProcessEnv): StartSettings {
  const port = (variable: string, otherwise: number, host: string | undefined) => {
    const port = Number(env[variable] || otherwise);
    if (!Number.isInteger(port) || port < 1 || port > 65_535)
      throw new Error(`${variable}=${env[variable] ?? ''} is not a port. Set it to a number from 1 to 65535.`);
    return { variable, port, hosts: host ? host.split(',').map(withoutBrackets) : ['127.0.0.1', '::1'] };
  };
  const { INGEST_HOST, GATEWAY_HOST, ADMIN_HOST } = env;
  const starts = { kafka: !env['KAFKA_BROKERS'], postgres: !env['DATABASE_URL'] && !env['DATABASE_URL_FILE'] };
  if (starts.kafka && env['KAFKA_SECURITY_PROTOCOL'])
    throw new Error('KAFKA_SECURITY_PROTOCOL is set, and KAFKA_BROKERS is not: set it, or leave both out.');
  if (starts.postgres && (env['DATABASE_PASSWORD'] || env['DATABASE_PASSWORD_FILE']))
    throw new Error('DATABASE_PASSWORD is set, and DATABASE_URL is not: set it, or leave both out.');
  const ingest = port('INGEST_PORT', 3000, INGEST_HOST);
  const gateway = port('GATEWAY_PORT', 4000, GATEWAY_HOST);
  const admin = {
    ingest: port('INGEST_ADMIN_PORT', 9101, ADMIN_HOST),
    projector: port('PROJECTOR_ADMIN_PORT', 9102, ADMIN_HOST),
    gateway: port('GATEWAY_ADMIN_PORT', 9103, ADMIN_HOST),
    delegator: port('DELEGATOR_ADMIN_PORT', 9105, ADMIN_HOST),
  };
  const service = (name: keyof typeof admin, ...args: string[]): ServiceSpec => ({
    name,
    script: `apps/${name}/src/main.ts`,
    args,
    adminUrl: `http://${reachable(ADMIN_HOST)}:${admin[name].port}`,
    usesTables: name !== 'ingest',
  });
  // The delegator acts on calls, so it is off until its provider is named.
  const { delegator, ...adminPorts } = admin;
  const isDelegating = Boolean(env['DELEGATOR_URL']);
  return {
    dataDir: resolve(env['DATA_DIR'] || '.data'),
    starts,
    dashboardUrl: `http://${reachable(GATEWAY_HOST)}:${gateway.port}/`,
    webhookUrl: `http://${reachable(INGEST_HOST)}:${ingest.port}/webhook`,
    socketUrl: `ws://${reachable(GATEWAY_HOST)}:${gateway.port}`,
    ports: [ingest, gateway, ...Object.values(adminPorts), ...(isDelegating ? [delegator] : [])],
    services: [
      service('projector', 'run'),
      service('ingest'),
      service('gateway'),
      ...(isDelegating ? [service('delegator', 'run')] : []),
    ],
  };
}

const withoutBrackets = (host: string): string => host.trim().replace(/^\[(.*)\]$/, '$1');

/** The address by which this machine reaches a server that listens on `hosts`. */
function reachable(hosts: string | undefined): string {
  const host = withoutBrackets(hosts?.split(',')[0] ?? '');
  if (!host || host === '0.0.0.0' || host === '::') return '127.0.0.1';
  return isIP(host) === 6 ? `[${host}]` : host;
}
