import type { ServerMessage } from '@callstream/contracts';
import { connect } from '../../../testing/client.ts';
import { startGateway } from '../../../testing/gateway.ts';
import type { TestGateway } from '../../../testing/gateway.ts';
import { startTables } from '../../../testing/tables.ts';
import type { TestTables } from '../../../testing/tables.ts';

const stack = new AsyncDisposableStack();
let tables: TestTables;
let gateway: TestGateway;
/** Their list has about 2.8 MB. */
const agentsCount = 15_000;
const timestamp = new Date().toISOString();
const ofAgent = (type: string, i: number) => ({ type, actor: `agent-${i}@example.com`, queue: '900', timestamp });

beforeAll(async () => {
  tables = stack.use(await startTables());
  const logins = Array.from({ length: agentsCount }, (_, i) => ofAgent('actor.logged-in', i));
  // Kafka takes batches of up to 1 MB.
  for (let i = 0; i < agentsCount; i += 3_000) await tables.append(logins.slice(i, i + 3_000));
  await tables.project();
  gateway = stack.use(await startGateway(tables.env));
  await gateway.ready();
});
afterAll(() => stack.disposeAsync());

const actorsOf = (message: ServerMessage): string[] =>
  (message.event === 'Agents' || message.event === 'AgentsChanged') && 'agents' in message.data
    ? message.data.agents.map(({ actor }) => actor)
    : [];

it('a list of agents that is too long for a frame fails with the remedy, and over HTTP is cut', async () => {
  using client = await connect(gateway.port);
  client.send({ event: 'WatchAgents', data: {}, id: 1 });
  const failed = await client.next(({ event }) => event === 'WatchAgents');
  expect(failed).toMatchObject({ status: 'Failed', id: 1 });
  expect(JSON.stringify(failed)).toContain('\\"delta\\": true');
  const response = await fetch(`http://127.0.0.1:${gateway.port}/api/agents`);
  const { agents, more } = (await response.json()) as { agents: object[]; more?: true };
  expect(more).toBe(true);
  expect(agents.length).toBeLessThan(agentsCount);
});

it('with delta the list comes in parts, complete, and then only the agent that changed', async () => {
  using client = await connect(gateway.port);
  client.send({ event: 'WatchAgents', data: { delta: true }, id: 1 });
  await client.next(({ event, data }) => {
    const { part, parts } = data as { part?: number; parts?: number };
    return event === 'Agents' && part === parts;
  });
  const parts = client.frames.filter(({ event }) => event === 'Agents');
  expect(parts.length).toBeGreaterThan(10);
  expect(new Set(parts.flatMap(actorsOf)).size).toBe(agentsCount);
  await tables.add([ofAgent('actor.paused', 7)]);
  const changed = await client.next(({ event }) => event === 'AgentsChanged');
  expect(changed).toMatchObject({ data: { agents: [{ presence: 'paused' }], gone: [] } });
  expect(actorsOf(changed)).toEqual(['agent-7@example.com']);
});
