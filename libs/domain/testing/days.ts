import fc from 'fast-check';
import { createCentre, recordTruth } from './centre.ts';
import type { SimulatedCentre, CentreAgent, CentreCall, GroundTruth } from './centre.ts';
import type { TestDelivery } from './index.ts';

/** A day of a small call centre: all its events, and what was true. */
export interface Day {
  readonly log: readonly TestDelivery[];
  readonly truths: readonly GroundTruth[];
}

/** Truthful days of up to `stepsMax` steps: queues, agents, presence, transfers, conferences, overflow, abandons. */
export const days = (stepsMax = 50): fc.Arbitrary<Day> =>
  fc.array(fc.nat(9_999), { minLength: 5, maxLength: stepsMax }).map((choices) => {
    const centre = createCentre();
    for (const choice of choices) step(centre, choice);
    return { log: centre.log, truths: [...centre.truths.values()] };
  });

const queues = ['900', '901', '910'] as const;
type CentreAction = () => void;

/** Something that can happen now, or nothing; then some seconds pass, or none. */
function step(centre: SimulatedCentre, choice: number): void {
  const possible = [...centre.agents.flatMap((agent) => ofAgent(centre, agent)), ...ofCalls(centre, choice)];
  possible[Math.floor(choice / 4) % possible.length]?.();
  recordTruth(centre);
  centre.now += choice % 4;
}

/** Steps of one call are at least a second apart, so that their order can be told. */
const ofCalls = (centre: SimulatedCentre, choice: number): CentreAction[] =>
  centre.calls
    .filter(({ changedAt }) => changedAt < centre.now)
    .flatMap((call) => {
      const queue = queues[choice % queues.length] ?? '900';
      return actionsOf[call.phase](centre, call, queue).map((action) => () => {
        call.changedAt = centre.now;
        action();
      });
    });

/** Three changes of one second are not told apart, so there is none of two. */
function ofAgent({ say, now }: SimulatedCentre, agent: CentreAgent): CentreAction[] {
  const { name: actor, isThere, isPaused, on, rings } = agent;
  if (agent.changedAt === now) return [];
  const change = (to: Partial<CentreAgent>, words: CentreAction): CentreAction => {
    return () => {
      Object.assign(agent, to, { changedAt: now });
      words();
    };
  };
  const inAll = (type: string): CentreAction => {
    return () => {
      for (const queue of queues) say({ type, actor, queue });
    };
  };
  if (!isThere) return [change({ isThere: true, isPaused: false }, inAll('actor.logged-in'))];
  const pause = change({ isPaused: !isPaused }, () =>
    say({ type: isPaused ? 'actor.unpaused' : 'actor.paused', actor }),
  );
  return on || rings ? [pause] : [pause, change({ isThere: false }, inAll('actor.logged-out'))];
}

const isFree = ({ isThere, isPaused, on, rings }: CentreAgent): boolean => isThere && !isPaused && !on && !rings;

type ListActions = (centre: SimulatedCentre, call: CentreCall, queue: string) => CentreAction[];

const actionsOf: Readonly<Record<CentreCall['phase'], ListActions>> = {
  idle: (centre, call, queue) => {
    // Who comes back too soon is not told from a late word of the life before.
    if (call.isBegun && centre.now - call.changedAt < 4) return [];
    const begin: CentreAction = () => {
      call.isBegun = true;
      call.phase = 'ivr';
      centre.say({ type: 'call.new', call_id: call.id });
    };
    return [
      begin,
      () => {
        begin();
        wait(centre, call, queue);
      },
    ];
  },
  ivr: (centre, call, queue) => [
    () => centre.say({ type: 'call.standby', call_id: call.id }),
    () => wait(centre, call, queue),
    () => finish(centre, call),
  ],
  waiting: whileWaiting,
  talking: whileTalking,
};

function whileWaiting(centre: SimulatedCentre, call: CentreCall, queue: string): CentreAction[] {
  const { say } = centre;
  const { id: call_id, queue: waitsIn } = call;
  const here = { call_id, queue: waitsIn ?? '' };
  const ringing = centre.agents.filter(({ rings }) => rings === call);
  const elsewhere = queues.filter((other) => other !== waitsIn && ![...call.on.values()].includes(other));
  const next = elsewhere.includes(queue as '900') ? queue : elsewhere[0];
  const moves: CentreAction[] = [
    () => wait(centre, call, next ?? queue),
    () => {
      say({ type: 'call.overflow', call_id, destination: next ?? queue });
      if (queue !== '910') say({ type: 'call.waiting', call_id, queue: next ?? queue });
      moveTo(centre, call, next ?? queue);
    },
    () => {
      say({ type: 'call.queue-abandon', ...here });
      wait(centre, call, next ?? queue);
    },
  ];
  return [
    () => say({ type: 'call.waiting', ...here }),
    ...centre.agents.filter(isFree).flatMap((agent) => [
      () => {
        agent.rings = call;
        say({ type: 'actor.ringing', actor: agent.name, ...here });
      },
      () => enter(centre, call, agent),
    ]),
    ...ringing.flatMap((agent) => [
      () => {
        agent.rings = null;
        say({ type: 'actor.noanswer', actor: agent.name, ...here });
      },
      () => enter(centre, call, agent),
    ]),
    ...(next === undefined ? [] : moves),
    () => {
      say({ type: 'call.queue-abandon', ...here });
      finish(centre, call);
    },
    () => finish(centre, call),
  ];
}

function whileTalking(centre: SimulatedCentre, call: CentreCall, queue: string): CentreAction[] {
  const { say } = centre;
  const { id: call_id } = call;
  const on = centre.agents.filter((agent) => agent.on === call);
  const isTheirs = [...call.on.values()].includes(queue);
  return [
    () => {
      for (const agent of on) leave(centre, call, agent);
      finish(centre, call);
    },
    () => finish(centre, call),
    // A blind transfer, perhaps back to the same queue.
    () => {
      for (const agent of on) leave(centre, call, agent);
      wait(centre, call, queue);
    },
    () => {
      call.isTransferAsked = true;
      say({ type: 'called.attended-transfer-request', call_id });
    },
    ...(call.isTransferAsked && !isTheirs ? [() => wait(centre, call, queue)] : []),
    // A late word of the wait that is over.
    ...(isTheirs ? [() => say({ type: 'call.waiting', call_id, queue })] : []),
    ...centre.agents.filter(isFree).map((agent) => () => enter(centre, call, agent)),
    ...(on.length > 1 ? on.map((agent) => () => leave(centre, call, agent)) : []),
  ];
}

function wait(centre: SimulatedCentre, call: CentreCall, queue: string): void {
  centre.say({ type: 'call.waiting', call_id: call.id, queue });
  moveTo(centre, call, queue);
}

function moveTo(centre: SimulatedCentre, call: CentreCall, queue: string): void {
  call.phase = 'waiting';
  call.queue = queue;
  stopRinging(centre, call);
}

function stopRinging({ agents }: SimulatedCentre, call: CentreCall): void {
  for (const agent of agents) if (agent.rings === call) agent.rings = null;
}

/** The agent answers who waits, or joins a conference. */
function enter(centre: SimulatedCentre, call: CentreCall, agent: CentreAgent): void {
  const queue = call.queue ?? [...call.on.values()][0] ?? '900';
  centre.say({ type: 'actor.entered', call_id: call.id, actor: agent.name, queue });
  if (call.queue !== null && agent.name !== 'carla') centre.say({ type: 'call.ongoing', call_id: call.id });
  call.phase = 'talking';
  call.queue = null;
  call.on.set(agent.name, queue);
  // Only who is on the call asks for transfers.
  call.isTransferAsked = false;
  agent.on = call;
  stopRinging(centre, call);
}

function leave({ say }: SimulatedCentre, call: CentreCall, agent: CentreAgent): void {
  say({ type: 'actor.left', call_id: call.id, actor: agent.name, queue: call.on.get(agent.name) ?? '' });
  call.on.delete(agent.name);
  agent.on = null;
}

function finish(centre: SimulatedCentre, call: CentreCall): void {
  centre.say({ type: 'call.finished', call_id: call.id });
  stopRinging(centre, call);
  for (const agent of centre.agents) if (agent.on === call) agent.on = null;
  call.on.clear();
  Object.assign(call, { phase: 'idle', queue: null, isTransferAsked: false });
}
