import fc from 'fast-check';
import { defaultRules } from '../../testing/agents.ts';
import { presenceOf } from './presence.ts';
import type { PresenceEvents } from './agent.ts';
import type { AgentSession, PresenceFact } from './agent-session.ts';
import { agentSessionsOf, comparePresenceFacts, playPresence } from './play-presence.ts';

const kinds = {
  login: 'actor.logged-in',
  logout: 'actor.logged-out',
  pause: 'actor.paused',
  unpause: 'actor.unpaused',
} as const;

/** Facts of lines like `60 pause 900 lunch`: second, kind, queue (- for none), reason. In the order of the log. */
const factsOf = (script: string): PresenceFact[] =>
  script
    .trim()
    .split('\n')
    .map((line, id) => {
      const [second, kind, queue, reason = null] = line.trim().split(/\s+/);
      return {
        kind: kinds[kind as keyof typeof kinds],
        queue: queue === '-' || queue === undefined ? '' : queue,
        at: Number(second) * 1_000,
        id,
        part: 0,
        reason,
      };
    });

const show = ({ queue, state, beganAt, endedAt, end, reason }: AgentSession): string =>
  `${queue || '-'} ${state} ${beganAt / 1_000}-${endedAt === null ? '' : `${endedAt / 1_000} ${end ?? ''}`}${reason === null ? '' : ` (${reason})`}`;

describe('agent sessions', () => {
  it.each([
    [
      'alternate between logged in, paused and logged out, with the reason of a pause',
      '0 login 900\n 10 pause 900 lunch\n 20 unpause 900\n 30 logout 900',
      [
        '900 logged_in 0-10 paused',
        '900 paused 10-20 unpaused (lunch)',
        '900 logged_in 20-30 logged_out',
        '900 logged_out 30-',
      ],
    ],
    [
      'are played by the events’ own times, also of a clock that goes back',
      '30 logout 900\n 0 login 900\n 10 pause 900',
      ['900 logged_in 0-10 paused', '900 paused 10-30 logged_out', '900 logged_out 30-'],
    ],
    [
      'begin with a pause without a log-in',
      '0 pause 900\n 9 logout 900',
      ['900 paused 0-9 logged_out', '900 logged_out 9-'],
    ],
    [
      'are two if a log-out is missing',
      '0 login 900\n 50 login 900',
      ['900 logged_in 0-50 logged_in', '900 logged_in 50-'],
    ],
    [
      'do not end by a repeated pause, but by one for another reason',
      '0 pause 900 lunch\n 10 pause 900\n 20 pause 900 lunch\n 30 pause 900 training',
      ['900 paused 0-30 paused (lunch)', '900 paused 30- (training)'],
    ],
    [
      'do not end by the unpause that a system sends after each call',
      '0 login 900\n 10 unpause 900\n 20 unpause 900',
      ['900 logged_in 0-'],
    ],
    [
      'stay logged out after an unpause, or a pause within two seconds',
      '0 login 900\n 10 logout 900\n 12 pause 900\n 20 unpause 900',
      ['900 logged_in 0-10 logged_out', '900 logged_out 10-'],
    ],
    [
      'go from logged out to a pause to logged in without a log-in',
      '0 logout 900\n 60 pause 900\n 90 unpause 900',
      ['900 logged_out 0-60 paused', '900 paused 60-90 unpaused', '900 logged_in 90-'],
    ],
    [
      'of an event without a queue are in all queues that the agent’s events have named',
      '0 login 900\n 1 login 901\n 10 pause -\n 20 unpause 901\n 30 logout -',
      [
        '900 logged_in 0-10 paused',
        '901 logged_in 1-10 paused',
        '900 paused 10-30 logged_out',
        '901 paused 10-20 unpaused',
        '901 logged_in 20-30 logged_out',
        '900 logged_out 30-',
        '901 logged_out 30-',
      ],
    ],
    [
      'do not begin by a log-in without a queue after a log-out with one',
      '0 login 900\n 1 login 901\n 10 logout 900\n 20 logout -\n 30 login -',
      [
        '900 logged_in 0-10 logged_out',
        '901 logged_in 1-20 logged_out',
        '900 logged_out 10-',
        '901 logged_out 20-30 logged_in',
        '901 logged_in 30-',
      ],
    ],
    [
      'are in no queue until an event names one',
      '0 login -\n 10 pause - tea\n 20 unpause 900',
      ['- logged_in 0-10 paused', '- paused 10-20 queue_named (tea)', '900 logged_in 20-'],
    ],
    [
      'go on in the first queue that an event names',
      '0 pause - tea\n 20 pause 900',
      ['- paused 0-20 queue_named (tea)', '900 paused 20- (tea)'],
    ],
    [
      'of several events of one second, are by the last in the log',
      '0 login 900\n 10 logout 900\n 10 login 900\n 20 login 900\n 20 logout 900',
      ['900 logged_in 0-10 logged_out', '900 logged_in 10-20 logged_in', '900 logged_out 20-'],
    ],
  ])('%s', (_, script, expected) => {
    expect(agentSessionsOf(factsOf(script)).map(show)).toEqual(expected);
  });

  it('of a log-in that states a pause begin paused, in whichever order the event states both', () => {
    const [login, pause] = factsOf('0 login 900\n 0 pause 900');
    for (const parts of [
      [0, 1],
      [1, 0],
    ] as const)
      expect(
        agentSessionsOf([
          { ...login!, id: 1, part: parts[0] },
          { ...pause!, id: 1, part: parts[1] },
        ]).map(show),
      ).toEqual(['900 paused 0-']);
  });
});

const anyFacts = (stepMs: number): fc.Arbitrary<PresenceFact[]> =>
  fc
    .array(
      fc.record({
        kind: fc.constantFrom(...Object.values(kinds)),
        queue: fc.constantFrom('900', '901', ''),
        step: fc.nat(6),
        reason: fc.constantFrom(null, 'lunch', 'training'),
      }),
      { maxLength: 25 },
    )
    .map((facts) => facts.map(({ step, ...fact }, id) => ({ ...fact, at: step * stepMs, id, part: 0 })));

describe('the sessions of any facts', () => {
  it('are the same in any order', () => {
    const shuffled = anyFacts(1_000).chain((facts) =>
      fc.tuple(fc.constant(facts), fc.shuffledSubarray(facts, { minLength: facts.length })),
    );
    fc.assert(
      fc.property(shuffled, ([facts, other]) => expect(agentSessionsOf(other)).toEqual(agentSessionsOf(facts))),
    );
  });

  it('are seamless in each queue, of at least a millisecond, and only the last goes on', () => {
    fc.assert(
      fc.property(anyFacts(1_000), (facts) => {
        for (const [queue, sessions] of Map.groupBy(agentSessionsOf(facts), (session) => session.queue)) {
          sessions.forEach(({ beganAt, endedAt, end, state, reason }, i) => {
            const next = sessions[i + 1];
            expect(endedAt === null ? Infinity : endedAt).toBeGreaterThan(beganAt);
            if (next || queue !== '') expect(endedAt).toBe(next?.beganAt ?? null);
            expect(end === null).toBe(endedAt === null);
            expect(reason === null || state === 'paused').toBe(true);
          });
        }
      }),
    );
  });

  it('until a moment and those after it give the same as all facts at once', () => {
    fc.assert(
      fc.property(anyFacts(1_000), fc.nat(6), (facts, step) => {
        const sorted = facts.toSorted(comparePresenceFacts);
        const first = playPresence();
        sorted.filter(({ at }) => at < step * 1_000).forEach(first.play);
        const second = playPresence(first.open());
        sorted.filter(({ at }) => at >= step * 1_000).forEach(second.play);
        const all = [...first.takeEnded(), ...second.takeEnded(), ...second.open()];
        const key = ({ queue, beganAt }: AgentSession): string => `${queue} ${beganAt}`;
        expect(new Map(all.map((session) => [key(session), session]))).toEqual(
          new Map(agentSessionsOf(facts).map((session) => [key(session), session])),
        );
      }),
    );
  });

  it('are, at any moment, the presence that the board would show, if nobody unpauses while logged out', () => {
    const states = { available: 'logged_in', paused: 'paused', logged_out: 'logged_out' };
    const spaced = anyFacts(0).map((facts) => {
      // More than the two seconds apart in which the order of events is not known.
      const timed = facts.map((fact, i) => ({ ...fact, at: i * 5_000 }));
      return timed.reduce<PresenceFact[]>(
        (kept, fact) => (fact.kind === 'actor.unpaused' && isLoggedOut(kept, fact.queue) ? kept : [...kept, fact]),
        [],
      );
    });
    fc.assert(
      fc.property(spaced, (facts) => {
        for (let n = 1; n <= facts.length; n++) {
          const now = (facts[n - 1]?.at ?? 0) + 1;
          const shown = presenceOf({ presenceEvents: marksOf(facts.slice(0, n)), segments: [] }, now, defaultRules);
          const open = agentSessionsOf(facts).filter(
            ({ beganAt, endedAt }) => beganAt < now && (endedAt === null || endedAt >= now),
          );
          expect(Object.fromEntries(open.map(({ queue, state }) => [queue, state]))).toEqual(
            Object.fromEntries(
              shown.queues.map(({ queue, presence }) => [queue, states[presence as keyof typeof states]]),
            ),
          );
        }
      }),
    );
  });
});

/** Whether an unpause would come to a queue of which the agent is logged out. */
const isLoggedOut = (facts: readonly PresenceFact[], queue: string): boolean =>
  agentSessionsOf(facts).some(
    (session) =>
      session.endedAt === null &&
      session.state === 'logged_out' &&
      (queue === '' || ['', queue].includes(session.queue)),
  );

const marks = {
  'actor.logged-in': 'loggedIn',
  'actor.logged-out': 'loggedOut',
  'actor.paused': 'paused',
  'actor.unpaused': 'unpaused',
} as const;

/** What the table `agents` keeps of these facts. */
const marksOf = (facts: readonly PresenceFact[]): PresenceEvents[] =>
  [...Map.groupBy(facts, ({ queue }) => queue)].map(([queue, ofQueue]) =>
    ofQueue.reduce<PresenceEvents>((row, { kind, at, id }) => ({ ...row, [marks[kind]]: { at, id }, heardAt: at }), {
      actor: 'ana',
      queue,
      loggedIn: null,
      loggedOut: null,
      paused: null,
      unpaused: null,
      heardAt: 0,
      delayMs: 0,
    }),
  );
