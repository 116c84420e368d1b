import { until } from '@callstream/stack';
import { produceWebhooks } from '../log/produce-webhooks.ts';
import { simulatedBodies } from '../load/simulated-webhooks.ts';
import { readMetric } from '../system/ingest.ts';
import { startTestSystem } from '../system/test-system.ts';
import type { System } from '../system/system.ts';

/** A system with some calls. */
export interface FuzzedSystem extends System {
  /** Its API, without a slash at the end. */
  readonly gatewayUrl: string;
  /** Ids of its calls, queues and agents. */
  readonly known: readonly string[];
  /** Checks that the gateway holds nothing of clients that are gone, and that all services run and answer. */
  readonly expectUnharmed: () => Promise<void>;
}

export async function startFuzzedSystem(): Promise<FuzzedSystem> {
  const system = await startTestSystem();
  const bodies: string[] = [];
  for await (const body of simulatedBodies(200, 7)) bodies.push(body);
  await produceWebhooks(system, bodies, Date.now());
  await system.untilProjected();
  const events = bodies.map((body) => JSON.parse(body) as Record<string, unknown>);
  const texts = (name: string): string[] => [...new Set(events.flatMap((event) => event[name] ?? []))].map(String);
  const gatewayUrl = system.socketUrl.replace('ws:', 'http:').replace(/\/$/, '');
  return {
    ...system,
    gatewayUrl,
    known: [...texts('call_id').slice(0, 20), ...texts('queue'), ...texts('actor').slice(0, 10), 'inbound'],
    expectUnharmed: () => expectUnharmed(system, gatewayUrl),
  };
}

/** Gauges of what clients make the gateway hold. */
const heldByClients = ['sockets', 'subscriptions', 'queued_bytes', 'unsent_bytes'];

async function expectUnharmed(system: System, gatewayUrl: string): Promise<void> {
  const adminPort = Number(system.env['GATEWAY_ADMIN_PORT']);
  const held = () => Promise.all(heldByClients.map((name) => readMetric(adminPort, `callstream_gateway_${name}`)));
  await until(async () => (await held()).every((value) => value === 0), {
    onTimeout: () => new Error('The gateway still holds something of clients that are gone.'),
  });
  expect((await fetch(`${gatewayUrl}/api/queues`)).status).toBe(200);
  for (const name of ['ingest', 'projector', 'gateway'] as const)
    expect([name, system.isRunning(name)]).toEqual([name, true]);
}

export const fetchJson = async <T>(url: string): Promise<T> => (await (await fetch(url)).json()) as T;
