import fc from 'fast-check';
import type { Requester } from './requester.ts';
import { createFairQueue } from './fair-queue.ts';
import type { FairQueueLimits } from './fair-queue.ts';
import type { NotServedReason } from './not-served.ts';
import { SharedTask } from './shared-task.ts';

const limits: FairQueueLimits = {
  running: 4,
  runningPerAddress: 2,
  runningPerConnection: 1,
  waiting: 1_000,
  waitingPerConnection: 1_000,
  waitMs: 60_000,
  pausePerRun: 0,
};
const turn = () => new Promise((resolve) => setImmediate(resolve));

interface QueueRequest {
  readonly address: string;
  readonly connection: string;
}

/** A queue whose tasks end when the test says so; `begun` names the requesters in the order of their turns. */
function controlled(given: Partial<FairQueueLimits> = {}) {
  const refused: NotServedReason[] = [];
  const queue = createFairQueue({ ...limits, ...given }, (reason) => void refused.push(reason));
  const connections = new Map<string, object>();
  const gone = new Set<string>();
  const asked: string[] = [];
  const begun: string[] = [];
  const running: { readonly name: string; readonly end: () => void }[] = [];
  const requesterOf = ({ address, connection }: QueueRequest): Requester => {
    const name = `${address} ${connection}`;
    const known = connections.get(name) ?? {};
    connections.set(name, known);
    return { address, connection: known, isGone: () => gone.has(name) };
  };
  const taskOf = ({ address, connection }: QueueRequest): SharedTask<string> => {
    const name = `${address} ${connection}`;
    return new SharedTask(async () => {
      begun.push(name);
      const { promise, resolve } = Promise.withResolvers<undefined>();
      running.push({ name, end: () => resolve(undefined) });
      await promise;
      return name;
    });
  };
  const ask = (address: string, connection = '1') => {
    const request = { address, connection };
    asked.push(`${address} ${connection}`);
    const answer = queue.schedule(requesterOf(request), taskOf(request));
    answer.catch(() => undefined);
    return answer;
  };
  const hangUp = (address: string, connection = '1') => void gone.add(`${address} ${connection}`);
  return { queue, ask, requesterOf, taskOf, hangUp, asked, begun, running, refused };
}

describe('the fair queue', () => {
  it('serves requests round-robin over addresses and over the connections of each, however many one of them sends', async () => {
    const { ask, begun, running } = controlled({ running: 1 });
    for (let i = 0; i < 5; i++) void ask('flood', 'a');
    for (let i = 0; i < 5; i++) void ask('flood', 'b');
    void ask('good');
    void ask('good');
    for (let i = 0; i < 12; i++) {
      await turn();
      running[i]?.end();
    }
    expect(begun.slice(0, 6)).toEqual(['flood a', 'good 1', 'flood b', 'good 1', 'flood a', 'flood b']);
    expect(begun).toHaveLength(12);
  });

  it('keeps a slot free for another address while one address floods it', async () => {
    const { ask, begun } = controlled();
    for (let i = 0; i < 100; i++) void ask('flood', String(i));
    await turn();
    expect(begun).toHaveLength(limits.runningPerAddress);
    void ask('good');
    await turn();
    expect(begun.at(-1)).toBe('good 1');
  });

  it('runs a shared task once, in the turn of the first of its requesters', async () => {
    const { queue, ask, requesterOf, taskOf, begun, running } = controlled({ running: 1 });
    for (let i = 0; i < 2; i++) void ask('flood');
    await turn();
    const task = taskOf({ address: 'shared', connection: '1' });
    const [flood, good] = ['flood', 'good'].map((address) => requesterOf({ address, connection: '1' }));
    const answers = [queue.schedule(flood!, task), queue.schedule(good!, task)];
    for (const i of [0, 1]) {
      running[i]!.end();
      await turn();
    }
    expect(begun).toEqual(['flood 1', 'flood 1', 'shared 1']);
    running[2]!.end();
    expect(await Promise.all(answers)).toEqual(['shared 1', 'shared 1']);
    expect(queue.waiting()).toBe(0);
  });

  it('does not serve a client that has disconnected, which costs its address no turn', async () => {
    const { ask, hangUp, begun, running, refused } = controlled({ running: 1 });
    void ask('busy');
    await turn();
    void ask('left', '1');
    void ask('left', '2');
    void ask('other');
    hangUp('left', '1');
    running[0]!.end();
    await turn();
    expect(begun).toEqual(['busy 1', 'left 2']);
    expect(refused).toEqual(['gone']);
  });

  it('refuses a request that waited longer than waitMs', async () => {
    const { ask, refused } = controlled({ running: 1, waitMs: 20 });
    void ask('a');
    await turn();
    await expect(ask('b')).rejects.toMatchObject({ name: 'NotServed', reason: 'late' });
    expect(refused).toEqual(['late']);
  });

  it('refuses the oldest request of a connection with too many waiting ones', async () => {
    const { ask, refused } = controlled({ running: 1, waitingPerConnection: 2 });
    void ask('a');
    await turn();
    const [first] = [ask('a'), ask('a'), ask('a')];
    await expect(first).rejects.toMatchObject({ reason: 'replaced' });
    expect(refused).toEqual(['replaced']);
  });

  it('refuses requests of the address with most of them if too many wait in all, never of an address with few', async () => {
    const { ask, begun, running, refused } = controlled({ running: 1, waiting: 10 });
    const good = ask('good');
    void ask('good');
    const flood = Array.from({ length: 50 }, (_, i) => ask('flood', String(i)));
    await turn();
    expect(refused).toHaveLength(42);
    for (let i = 0; i < 10; i++) {
      running[i]?.end();
      await turn();
    }
    expect(await good).toBe('good 1');
    expect(begun.filter((name) => name === 'good 1')).toHaveLength(2);
    await Promise.allSettled(flood.slice(0, 42));
  });

  it('pauses after a task as long as it ran, with pausePerRun 1', async () => {
    const queue = createFairQueue({ ...limits, running: 1, pausePerRun: 1 }, () => undefined);
    const requester: Requester = { address: 'a', connection: {}, isGone: () => false };
    const at: number[] = [];
    const work = (): Promise<number> => {
      const began = performance.now();
      while (performance.now() < began + 30);
      return Promise.resolve(at.push(began));
    };
    await Promise.all([
      queue.schedule(requester, new SharedTask(work)),
      queue.schedule(requester, new SharedTask(work)),
    ]);
    expect(at[1]! - at[0]!).toBeGreaterThanOrEqual(58);
  });
});

describe('the fair queue, for random requests', () => {
  const request = fc.record({ address: fc.constantFrom('a', 'b', 'c'), connection: fc.constantFrom('1', '2', '3') });
  const steps = fc.array(fc.oneof(request, fc.record({ end: fc.nat({ max: 10 }) })), { maxLength: 60 });
  type Step = QueueRequest | { readonly end: number };

  /** Takes the steps, then ends what runs until nothing does; `onTurn` is called after each. Everything settles. */
  async function run(
    all: readonly Step[],
    given: Partial<FairQueueLimits>,
    onTurn: (controlledQueue: ControlledQueue) => void,
  ): Promise<void> {
    const controlledQueue = controlled(given);
    const { queue, ask, running } = controlledQueue;
    const end = (at: number): void => running.splice(at % running.length, 1)[0]?.end();
    const answers: Promise<string>[] = [];
    const after = async (): Promise<void> => {
      await turn();
      onTurn(controlledQueue);
    };
    for (const step of all) {
      if (!('end' in step)) answers.push(ask(step.address, step.connection));
      else if (running.length > 0) end(step.end);
      await after();
    }
    for (; running.length > 0; await after()) end(0);
    expect(queue.waiting()).toBe(0);
    expect(await Promise.all(answers)).toHaveLength(answers.length);
  }
  type ControlledQueue = ReturnType<typeof controlled>;
  const addressOf = (name: string): string => name.split(' ')[0] ?? '';

  it('exceeds no limit, and settles every request', async () => {
    await fc.assert(
      fc.asyncProperty(steps, (all) =>
        run(all, {}, ({ running }) => {
          expect(running.length).toBeLessThanOrEqual(limits.running);
          for (const of of Map.groupBy(running, ({ name }) => addressOf(name)).values())
            expect(of.length).toBeLessThanOrEqual(limits.runningPerAddress);
          for (const of of Map.groupBy(running, ({ name }) => name).values()) expect(of).toHaveLength(1);
        }),
      ),
      { numRuns: 100 },
    );
  });

  it('gives no address two turns while another one waits', async () => {
    await fc.assert(
      fc.asyncProperty(steps, async (all) => {
        /** Addresses that had a turn since another began to wait, by the one that waits. */
        const passedBy = new Map<string, string[]>();
        let seen = 0;
        await run(all, { running: 1, runningPerAddress: 1 }, ({ asked, begun }) => {
          for (const name of begun.slice(seen)) {
            passedBy.delete(addressOf(name));
            for (const by of passedBy.values()) by.push(addressOf(name));
          }
          seen = begun.length;
          for (const by of passedBy.values()) expect(new Set(by).size).toBe(by.length);
          const count = (names: readonly string[], address: string): number =>
            names.filter((name) => addressOf(name) === address).length;
          for (const address of 'abc')
            if (count(asked, address) > count(begun, address) && !passedBy.has(address)) passedBy.set(address, []);
        });
      }),
      { numRuns: 100 },
    );
  });
});
