import fc from 'fast-check';
import { createCentre, recordTruth } from './centre.ts';
import type { CentreAgent, CentreCall, GroundTruth, SimulatedCentre } from './centre.ts';
import type { TestDelivery } from './index.ts';

/** A day of a small call centre: all its events, and the ground truth. */
export interface Day {
  readonly log: readonly TestDelivery[];
  readonly truths: readonly GroundTruth[];
}

/** Generates days of up to `stepsMax` steps: queues, agents, presence, transfers, conferences, overflow, abandons. */
export const days = (stepsMax = 50): fc.Arbitrary<Day> =>
  fc.array(fc.nat(9_999), { minLength: 5, maxLength: stepsMax }).map((choices) => {
    const centre = createCentre();
    for (const choice of choices) step(centre, choice);
    return { log: centre.log, truths: [...centre.truths.values()] };
  });

const queues = ['900', '901', '910'] as const;
type CentreAction = () => void;

/** Runs one of the actions that are possible now, if any; then up to three seconds pass. */
function step(centre: SimulatedCentre, choice: number): void {
  const possible = [...centre.agents.flatMap((agent) => agentActions(centre, agent)), ...callActions(centre, choice)];
  possible[Math.floor(choice / 4) % possible.length]?.();
  recordTruth(centre);
  centre.now += choice % 4;
}

/** Actions on one call are at least a second apart, so that their order is known. */
const callActions = (centre: SimulatedCentre, choice: number): CentreAction[] =>
  centre.calls
    .filter(({ changedAt }) => changedAt < centre.now)
    .flatMap((call) => {
      const queue = queues[choice % queues.length] ?? '900';
      return actionsByPhase[call.phase](centre, call, queue).map((action) => () => {
        call.changedAt = centre.now;
        action();
      });
    });

/** At most one change in a second: the order of three changes in one second is not known. */
function agentActions({ emit, now }: SimulatedCentre, agent: CentreAgent): CentreAction[] {
  const { name: actor, isLoggedIn, isPaused, call, ringingCall } = agent;
  if (agent.changedAt === now) return [];
  const change = (to: Partial<CentreAgent>, emitEvents: CentreAction): CentreAction => {
    return () => {
      Object.assign(agent, to, { changedAt: now });
      emitEvents();
    };
  };
  const inAll = (type: string): CentreAction => {
    return () => {
      for (const queue of queues) emit({ type, actor, queue });
    };
  };
  // Wrap-up is over with a log-in or an unpause that is later than the end of the call.
  const over = { leftAt: agent.leftAt === now ? now : null };
  if (!isLoggedIn) return [change({ isLoggedIn: true, isPaused: false, ...over }, inAll('actor.logged-in'))];
  const pause = change(isPaused ? { isPaused: false, ...over } : { isPaused: true }, () =>
    emit({ type: isPaused ? 'actor.unpaused' : 'actor.paused', actor }),
  );
  return call || ringingCall ? [pause] : [pause, change({ isLoggedIn: false }, inAll('actor.logged-out'))];
}

const isAvailable = ({ isLoggedIn, isPaused, call, ringingCall }: CentreAgent): boolean =>
  isLoggedIn && !isPaused && !call && !ringingCall;

type ListActions = (centre: SimulatedCentre, call: CentreCall, queue: string) => CentreAction[];

const actionsByPhase: Readonly<Record<CentreCall['phase'], ListActions>> = {
  idle: (centre, call, queue) => {
    // Too soon after the end, an event is taken for a late one of the life before.
    if (call.hasBegun && centre.now - call.changedAt < 4) return [];
    const begin: CentreAction = () => {
      call.hasBegun = true;
      call.phase = 'ivr';
      centre.emit({ type: 'call.new', call_id: call.id });
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
    () => centre.emit({ type: 'call.standby', call_id: call.id }),
    () => wait(centre, call, queue),
    () => finish(centre, call),
  ],
  waiting: whileWaiting,
  talking: whileTalking,
};

function whileWaiting(centre: SimulatedCentre, call: CentreCall, queue: string): CentreAction[] {
  const { emit } = centre;
  const { id: call_id, queue: waitingIn } = call;
  const here = { call_id, queue: waitingIn ?? '' };
  const ringing = centre.agents.filter(({ ringingCall }) => ringingCall === call);
  const elsewhere = queues.filter((other) => other !== waitingIn && ![...call.queueOfAgent.values()].includes(other));
  const next = elsewhere.includes(queue as '900') ? queue : elsewhere[0];
  const moves: CentreAction[] = [
    () => wait(centre, call, next ?? queue),
    () => {
      emit({ type: 'call.overflow', call_id, destination: next ?? queue });
      if (queue !== '910') emit({ type: 'call.waiting', call_id, queue: next ?? queue });
      moveTo(centre, call, next ?? queue);
    },
    () => {
      emit({ type: 'call.queue-abandon', ...here });
      wait(centre, call, next ?? queue);
    },
  ];
  return [
    () => emit({ type: 'call.waiting', ...here }),
    ...centre.agents.filter(isAvailable).flatMap((agent) => [
      () => {
        agent.ringingCall = call;
        emit({ type: 'actor.ringing', actor: agent.name, ...here });
      },
      () => enter(centre, call, agent),
    ]),
    ...ringing.flatMap((agent) => [
      () => {
        agent.ringingCall = null;
        emit({ type: 'actor.noanswer', actor: agent.name, ...here });
      },
      () => enter(centre, call, agent),
    ]),
    ...(next === undefined ? [] : moves),
    () => {
      emit({ type: 'call.queue-abandon', ...here });
      finish(centre, call);
    },
    () => finish(centre, call),
  ];
}

function whileTalking(centre: SimulatedCentre, call: CentreCall, queue: string): CentreAction[] {
  const { emit } = centre;
  const { id: call_id } = call;
  const agents = centre.agents.filter((agent) => agent.call === call);
  const isTheirs = [...call.queueOfAgent.values()].includes(queue);
  return [
    () => {
      for (const agent of agents) leave(centre, call, agent);
      finish(centre, call);
    },
    () => finish(centre, call),
    // A blind transfer, perhaps back to the same queue.
    () => {
      for (const agent of agents) leave(centre, call, agent);
      wait(centre, call, queue);
    },
    () => {
      call.isTransferRequested = true;
      emit({ type: 'called.attended-transfer-request', call_id });
    },
    ...(call.isTransferRequested && !isTheirs ? [() => wait(centre, call, queue)] : []),
    // A late event of the wait that ended.
    ...(isTheirs ? [() => emit({ type: 'call.waiting', call_id, queue })] : []),
    ...centre.agents.filter(isAvailable).map((agent) => () => enter(centre, call, agent)),
    ...(agents.length > 1 ? agents.map((agent) => () => leave(centre, call, agent)) : []),
  ];
}

function wait(centre: SimulatedCentre, call: CentreCall, queue: string): void {
  centre.emit({ type: 'call.waiting', call_id: call.id, queue });
  moveTo(centre, call, queue);
}

function moveTo(centre: SimulatedCentre, call: CentreCall, queue: string): void {
  call.phase = 'waiting';
  call.queue = queue;
  stopRinging(centre, call);
}

function stopRinging({ agents }: SimulatedCentre, call: CentreCall): void {
  for (const agent of agents) if (agent.ringingCall === call) agent.ringingCall = null;
}

/** The agent answers the waiting caller, or joins a conference. */
function enter(centre: SimulatedCentre, call: CentreCall, agent: CentreAgent): void {
  const queue = call.queue ?? [...call.queueOfAgent.values()][0] ?? '900';
  centre.emit({ type: 'actor.entered', call_id: call.id, actor: agent.name, queue });
  if (call.queue !== null && agent.name !== 'carla') centre.emit({ type: 'call.ongoing', call_id: call.id });
  call.phase = 'talking';
  call.queue = null;
  call.queueOfAgent.set(agent.name, queue);
  // Only agents on the call request transfers.
  call.isTransferRequested = false;
  agent.call = call;
  stopRinging(centre, call);
}

function leave(centre: SimulatedCentre, call: CentreCall, agent: CentreAgent): void {
  centre.emit({
    type: 'actor.left',
    call_id: call.id,
    actor: agent.name,
    queue: call.queueOfAgent.get(agent.name) ?? '',
  });
  call.queueOfAgent.delete(agent.name);
  agent.call = null;
  agent.leftAt = centre.now;
}

function finish(centre: SimulatedCentre, call: CentreCall): void {
  centre.emit({ type: 'call.finished', call_id: call.id });
  stopRinging(centre, call);
  for (const agent of centre.agents) if (agent.call === call) Object.assign(agent, { call: null, leftAt: centre.now });
  call.queueOfAgent.clear();
  Object.assign(call, { phase: 'idle', queue: null, isTransferRequested: false });
}
