import { setImmediate as nextTurn } from 'node:timers/promises';
import { everything } from '../access/scope.ts';
import { createFairQueue } from '../scheduling/fair-queue.ts';
import { computeLimits, shortComputeLimits } from '../scheduling/limits.ts';
import { gatewayRequester } from '../scheduling/requester.ts';
import { SharedTask } from '../scheduling/shared-task.ts';
import { scheduleNow } from '../scheduling/single-flight.ts';
import { buildQueueSnapshot } from './build-queue-snapshot.ts';
import type { AgentState, QueueSnapshot } from './queue-snapshot.ts';
import { createViewCache } from './view-cache.ts';
import { testRules } from '../../testing/counting-rules.ts';

const emptySnapshot = () =>
  buildQueueSnapshot({
    rules: testRules,
    asOf: Date.parse('2026-03-02T12:00:00Z'),
    today: { from: '2026-03-02T00:00:00Z', to: '2026-03-03T00:00:00Z' },
    names: { queues: new Map(), agents: new Map() },
    live: [],
    presenceEvents: [],
    segments: [],
    visits: [],
    calls: [],
  });
const ignore = () => undefined;

it('queues and names do not wait behind long computations, and agents do', async () => {
  const snapshot = await emptySnapshot();
  const { schedule } = createFairQueue(computeLimits, ignore);
  const { schedule: scheduleShort } = createFairQueue(shortComputeLimits, ignore);
  const latest = () => Promise.resolve(snapshot);
  const views = createViewCache({
    snapshots: { latest, recent: latest },
    schedule,
    scheduleShort,
    onSerialized: ignore,
  });
  const long = Promise.withResolvers<undefined>();
  const computing = schedule(gatewayRequester, new SharedTask(() => long.promise));
  const done: string[] = [];
  const read = async (kind: 'Queues' | 'Names' | 'Agents'): Promise<void> => {
    await views.read(gatewayRequester, { kind, scope: everything });
    done.push(kind);
  };
  const agents = read('Agents');
  await Promise.all([read('Queues'), read('Names')]);
  expect(done.toSorted()).toEqual(['Names', 'Queues']);
  long.resolve(undefined);
  await Promise.all([computing, agents]);
  expect(done).toContain('Agents');
});

it('a list is not cached if a newer snapshot came while it was made', async () => {
  const few = await emptySnapshot();
  const agent: AgentState = { actor: 'an agent', name: undefined, number: null, queues: [], calls: [] };
  let latest: QueueSnapshot = { ...few, agents: Array.from({ length: 10_000 }, () => agent) };
  const schedule = scheduleNow;
  const get = () => Promise.resolve(latest);
  const views = createViewCache({
    snapshots: { latest: get, recent: get },
    schedule,
    scheduleShort: schedule,
    onSerialized: ignore,
  });
  const readAgents = () => views.read(gatewayRequester, { kind: 'Agents', scope: everything });
  const made = readAgents();
  await nextTurn();
  latest = { ...few, asOf: few.asOf + 1 };
  await views.read(gatewayRequester, { kind: 'Queues', scope: everything });
  expect((await made).bytes.toString()).toContain('an agent');
  expect((await readAgents()).bytes.toString()).not.toContain('an agent');
});
