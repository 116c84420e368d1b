import { agentSessionsOf, comparePresenceFacts, presenceKinds } from '@callstream/domain';
import type { AgentSession, PresenceFact } from '@callstream/domain';
import fc from 'fast-check';
import type { PresenceChange } from './presence-changes.ts';
import { inParallel } from './replay.ts';
import type { PageRequest, PresencePage } from './replay.ts';
import { replayAgent } from './replay-agent.ts';

const actor = 'ana';

/** The facts and sessions of one agent, as the tables have them, with a count of what is read and written. */
function createHistory() {
  const facts = new Map<number, PresenceFact>();
  const sessions = new Map<string, AgentSession>();
  const cost = { read: 0, written: 0, rounds: 0 };
  const keyOf = (queue: string, beganAt: number): string => `${beganAt} ${queue}`;
  const sorted = (): AgentSession[] =>
    [...sessions.values()].toSorted((a, b) => a.beganAt - b.beganAt || (a.queue < b.queue ? -1 : 1));
  let all: PresenceFact[] = [];
  const pageOf = ({ from, factsFrom, kinds, generalKinds, limit }: PageRequest, queue: string): PresencePage => {
    const stored = sorted().filter((session) => session.queue === queue);
    const named = [...new Set(all.map((fact) => fact.queue))].filter((name) => name !== '');
    const page = {
      queue,
      isBeforeNaming:
        all.some((fact) => fact.queue === '') &&
        named.length > 0 &&
        !sorted().some((session) => session.queue !== '' && session.beganAt < from),
      stored: [
        ...stored.filter(({ beganAt }) => beganAt < from).slice(-1),
        ...stored.filter(({ beganAt }) => beganAt >= from).slice(0, limit),
      ],
      facts: all
        .filter(
          (fact) =>
            fact.at >= factsFrom &&
            ((fact.queue === queue && kinds.includes(fact.kind)) ||
              (fact.queue === '' && generalKinds.includes(fact.kind))),
        )
        .slice(0, limit),
    };
    cost.read += page.facts.length + page.stored.length;
    return page;
  };
  const queuesOf = ({ queue }: PageRequest): string[] => {
    const named = [...new Set(all.map((fact) => fact.queue))].toSorted();
    return queue === null ? named : named.filter((name) => name === queue);
  };
  return {
    cost,
    facts,
    sessions: sorted,
    replay: (changes: readonly PresenceChange[]): void => {
      all = [...facts.values()].toSorted(comparePresenceFacts);
      const replay = inParallel([replayAgent(actor, changes)]);
      let step = replay.next();
      while (!step.done) {
        cost.rounds++;
        if (cost.rounds > 20_000) throw new Error(`It reads pages for ever: ${JSON.stringify(step.value)}`);
        step = replay.next(step.value.map((request) => queuesOf(request).map((queue) => pageOf(request, queue))));
      }
      for (const { queue, written, deleted } of step.value.flat()) {
        cost.written += written.length + deleted.length;
        for (const beganAt of deleted) expect(sessions.delete(keyOf(queue, beganAt))).toBe(true);
        for (const session of written) sessions.set(keyOf(queue, session.beganAt), session);
      }
    },
  };
}

/** Writes facts; one whose id is known gets another time. */
function write(history: ReturnType<typeof createHistory>, batch: readonly PresenceFact[]): void {
  const changes = batch.flatMap((fact): PresenceChange[] => {
    const before = history.facts.get(fact.id);
    history.facts.set(fact.id, fact);
    return [...new Set([fact.at, before?.at ?? fact.at])].map((at) => ({ actor, queue: fact.queue, at }));
  });
  history.replay(changes);
}

const anyFact = (seconds: number, queues: readonly string[]): fc.Arbitrary<Omit<PresenceFact, 'id'>> =>
  fc.record({
    kind: fc.constantFrom(...presenceKinds),
    queue: fc.constantFrom(...queues),
    at: fc.nat(seconds).map((second) => second * 1_000),
    part: fc.constant(1),
    reason: fc.constantFrom(null, 'lunch', 'training'),
  });

const anyBatches = (seconds: number, queues: readonly string[], maxLength: number): fc.Arbitrary<PresenceFact[][]> =>
  fc
    .array(fc.tuple(anyFact(seconds, queues), fc.nat(20), fc.nat(seconds)), { minLength: 1, maxLength, size: 'max' })
    .chain((all) =>
      fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 9 }).map((sizes) => {
        const log = all.map(([fact, movedAfter, second], id) => ({ fact: { ...fact, id }, movedAfter, second }));
        const batches: PresenceFact[][] = [];
        for (let i = 0; i < log.length;) {
          const size = sizes[batches.length % sizes.length] ?? 1;
          const batch = log.slice(i, (i += size)).map(({ fact }) => fact);
          const moved = log
            .slice(0, i)
            .filter(({ movedAfter, fact }) => movedAfter === batches.length && fact.id % 4 === 0)
            .map(({ fact, second }) => ({ ...fact, at: second * 1_000 }));
          batches.push([...batch, ...moved]);
        }
        return batches;
      }),
    );

describe('the replay of an agent', () => {
  it.each([
    ['in two queues and none', 12, ['900', '901', ''], 40],
    ['mostly without a queue', 12, ['900', '', '', ''], 40],
    ['in one queue', 6, ['900'], 30],
    ['over many pages', 200, ['900', '901', ''], 100],
    [
      'over many pages, mostly without a queue',
      200,
      ['', '', '', '', '', '', '', '', '', '', '', '', '', '', '', '', '', '', '', '900'],
      150,
    ],
    ['of one moment', 1, ['900', '901', ''], 120],
  ] as const)(
    'gives the play of all facts, whichever come late or get another time, %s',
    (_, seconds, queues, most) => {
      fc.assert(
        fc.property(anyBatches(seconds, queues, most), (batches) => {
          const history = createHistory();
          for (const batch of batches) {
            write(history, batch);
            expect(history.sessions()).toEqual(agentSessionsOf([...history.facts.values()]));
          }
        }),
        { numRuns: 25, endOnFailure: true },
      );
    },
  );

  it('goes on without a queue where the only queue of the agent has no fact that can be read', () => {
    const at = (second: number, kind: PresenceFact['kind']): PresenceFact => ({
      id: second,
      at: second * 1_000,
      kind,
      queue: '',
      part: 1,
      reason: null,
    });
    const facts = [at(1, 'actor.logged-in'), at(2, 'actor.paused')];
    const replay = inParallel([replayAgent(actor, [{ actor, queue: '', at: 1_000 }])]);
    let step = replay.next();
    while (!step.done) {
      const pageOf = ({ queue, from }: PageRequest): PresencePage[] =>
        ['', '900']
          .filter((name) => queue === null || queue === name)
          .map((name) => ({
            queue: name,
            isBeforeNaming: true,
            stored: [],
            facts: name === '' ? facts.filter((fact) => fact.at >= from) : [],
          }));
      step = replay.next(step.value.map(pageOf));
    }
    expect(step.value.flat().flatMap(({ written }) => written)).toEqual(agentSessionsOf(facts));
  });

  const every = (count: number, fact: (n: number) => Partial<PresenceFact>): PresenceFact[] =>
    Array.from({ length: count }, (_, n) => ({
      kind: 'actor.unpaused',
      queue: '901',
      at: 10_000 + n * 1_000,
      id: n,
      part: 1,
      reason: null,
      ...fact(n),
    }));
  const pauses = (n: number): PresenceFact['kind'] => (n % 2 === 0 ? 'actor.paused' : 'actor.unpaused');
  it.each([
    ['of another queue', every(5_000, (n) => ({ kind: pauses(n) }))],
    ['that change nothing', every(5_000, () => ({ queue: '900' }))],
    ['without a queue that change nothing', every(5_000, () => ({ queue: '' }))],
    ['of the same queue', every(5_000, (n) => ({ queue: '900', kind: pauses(n) }))],
    [
      'of no queue',
      every(5_000, (n) => ({ queue: '', kind: pauses(n) })).map((fact) => ({ ...fact, at: fact.at + 1 })),
    ],
  ])('reads and writes little for a late fact and a current one, after thousands of facts %s', (_, facts) => {
    const isNamed = facts.some(({ queue }) => queue !== '');
    const history = createHistory();
    const queue = isNamed ? '900' : '';
    const begin: PresenceFact = { kind: 'actor.logged-in', queue, at: 0, id: -1, part: 1, reason: null };
    write(history, [begin, ...facts]);
    for (const kind of ['actor.paused', 'actor.logged-in'] as const) {
      history.cost.read = 0;
      history.cost.written = 0;
      const late: PresenceFact = { ...begin, kind, at: 500_500, id: 10_000 };
      write(history, [late, { ...late, at: 9_000_000, id: 10_001 }]);
      expect(history.cost.read).toBeLessThan(300);
      expect(history.cost.written).toBeLessThan(10);
    }
    expect(history.sessions()).toEqual(agentSessionsOf([...history.facts.values()]));
  });
});
