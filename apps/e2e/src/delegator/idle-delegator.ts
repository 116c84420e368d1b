import { freePort } from '@callstream/stack';
import { startService } from '../system/service-process.ts';

/** A delegator whose provider is down. */
export interface IdleDelegator extends AsyncDisposable {
  readonly adminPort: number;
  readonly metricsText: () => Promise<string>;
}

/** @param env settings of a system */
export async function startIdleDelegator(env: Readonly<Record<string, string>>): Promise<IdleDelegator> {
  const adminPort = await freePort();
  const settings = {
    DELEGATOR_URL: `http://127.0.0.1:${await freePort()}`,
    DELEGATOR_USER: 'callstream',
    DELEGATOR_PASSWORD: 'simulated',
    DELEGATOR_GROUP: `delegator-${env['KAFKA_TOPIC'] ?? ''}`,
    DELEGATOR_DEADLINE_MS: '500',
    DELEGATOR_ADMIN_PORT: String(adminPort),
  };
  const args = ['apps/delegator/src/main.ts', 'run'];
  const service = await startService({ name: 'delegator', args, env: { ...settings, ...env } }, adminPort);
  return {
    adminPort,
    metricsText: async () => (await fetch(`http://127.0.0.1:${adminPort}/metrics`)).text(),
    [Symbol.asyncDispose]: () => service.stop(),
  };
}
