import type { Random } from './random.ts';
import { overflowQueue, queues } from './staff.ts';
import type { SimulatedAgent, Staff } from './staff.ts';
import type { EventFields, WebhookSender } from './webhook-sender.ts';

// The life of a simulated call. Each step is a function that emits events, and schedules the next step.
//
//   arrive ───▶ ivr, or callInternally
//   ivr ──────▶ wait, or finish (the caller hangs up)
//   wait ─────▶ findAgent
//   findAgent ▶ answer, noAnswer (and findAgent again), overflow (wait in another queue), or abandon (finish)
//   answer ───▶ leave
//   leave ────▶ finish, or wait in another queue (an attended transfer)

/** The parts of the simulation that calls use. The order of their calls of `random` decides the events of a seed. */
export interface Simulation {
  readonly random: Random;
  readonly webhooks: WebhookSender;
  readonly staff: Staff;
  /** Where a call was sent by an action; undefined: there was none for it. Absent: there are no actions. */
  readonly delegatedTo?: ((callId: string) => string | undefined) | undefined;
  /** Runs `step` at `at`, in ms since 1970. */
  readonly schedule: (at: number, step: (at: number) => void) => void;
}

interface SimulatedCall {
  readonly id: string;
  readonly parties: EventFields;
  /** When the caller hangs up if nobody answers, in ms since 1970. */
  readonly patientUntil: number;
}

interface WaitingCall extends SimulatedCall {
  readonly queue: string;
  /** ms since 1970. */
  readonly waitingSince: number;
}

interface AgentCall extends WaitingCall {
  readonly agent: SimulatedAgent;
}

const seconds = 1_000;
/** How long a call waits for an action after its standby, in ms: the simulation is a second ahead of what is posted. */
const actionWaitMs = 2_500;

/** Returns a function that starts a new call at a time, in ms since 1970. */
export function createCalls(simulation: Simulation): (at: number) => void {
  let count = 0;
  return (at) => arrive(simulation, at, `${Math.floor(at / 1000)}.${30_000 + count++}`);
}

function arrive(simulation: Simulation, at: number, id: string): void {
  const { random, webhooks } = simulation;
  const kind = random.unit();
  if (kind < 0.04) return callInternally(simulation, at, id);
  const isOutbound = kind < 0.12;
  const number = `119${Math.floor(random.between(6e7, 1e8))}`;
  const parties = {
    direction: isOutbound ? 'outbound' : 'inbound',
    our_number: '0800123000',
    their_number: number,
    ...(random.chance(0.5) ? { their_number_type: random.pick(['mobile', 'landline']) } : {}),
    ...(random.chance(0.3) ? { code: String(Math.floor(random.between(1000, 9999))) } : {}),
  };
  const call: SimulatedCall = { id, parties, patientUntil: at + random.exponential(90 * seconds) + 4 * seconds };
  const campaign = { number, code: 'campaign-7' };
  if (isOutbound) webhooks.emit(at - 2 * seconds, 'dialer.attempt', campaign);
  webhooks.emit(at, 'call.new', { call_id: id, ...parties });
  if (isOutbound) webhooks.emit(at + seconds, 'dialer.success', { call_id: id, ...campaign, amd_status: 'human' });
  else if (random.chance(0.6)) webhooks.emit(at + seconds, 'call.standby', { call_id: id, ...parties });
  ivr(simulation, at, call);
}

function callInternally(simulation: Simulation, at: number, id: string): void {
  const { random, webhooks, schedule } = simulation;
  const parties = { direction: 'internal', our_number: '100', their_number: '700' };
  const call: SimulatedCall = { id, parties, patientUntil: Infinity };
  webhooks.emit(at, 'call.new', { call_id: id, ...parties });
  webhooks.emit(at + 4 * seconds, 'call.ongoing', { call_id: id, ...parties });
  schedule(at + random.exponential(60 * seconds) + 5 * seconds, (end) => finish(simulation, end, call));
}

/** The caller uses the menu, and then hangs up or waits in a queue. */
function ivr(simulation: Simulation, at: number, call: SimulatedCall): void {
  const { random, webhooks, schedule, delegatedTo } = simulation;
  if (random.chance(0.15)) {
    const data = String(Math.floor(random.between(1, 9)));
    webhooks.emit(at + 2 * seconds, 'call.data-provided', { call_id: call.id, data });
  }
  if (random.chance(0.05))
    return schedule(at + random.exponential(15 * seconds), (end) => finish(simulation, end, call));
  const picked = random.pick(queues);
  const forAnAction = delegatedTo === undefined ? 0 : actionWaitMs;
  schedule(at + random.between(1, 4) * seconds + forAnAction, (start) =>
    wait(simulation, start, { ...call, queue: delegatedTo?.(call.id) ?? picked }),
  );
}

function wait(simulation: Simulation, at: number, call: SimulatedCall & { readonly queue: string }): void {
  simulation.webhooks.emit(at, 'call.waiting', { call_id: call.id, ...call.parties, queue: call.queue });
  findAgent(simulation, at, { ...call, waitingSince: at });
}

/** Looks for an agent each second, until one is available, the caller hangs up, or the call overflows. */
function findAgent(simulation: Simulation, at: number, call: WaitingCall): void {
  const { random, webhooks, staff, schedule } = simulation;
  if (at >= call.patientUntil) return abandon(simulation, at, call);
  if (call.queue !== overflowQueue && at - call.waitingSince > 45 * seconds) return overflow(simulation, at, call);
  const agent = staff.take(call.queue);
  if (!agent) return schedule(at + seconds, (next) => findAgent(simulation, next, call));
  const ringing = { ...call, agent };
  webhooks.emit(at, 'actor.ringing', agentFields(ringing));
  if (random.chance(0.06)) return schedule(at + 15 * seconds, (end) => noAnswer(simulation, end, ringing));
  schedule(at + random.between(1, 5) * seconds, (end) => answer(simulation, end, ringing));
}

function noAnswer(simulation: Simulation, at: number, call: AgentCall): void {
  simulation.webhooks.emit(at, 'actor.noanswer', { ...agentFields(call), ringtime: 15 });
  pause(simulation, at, { agent: call.agent, ms: 30 * seconds });
  findAgent(simulation, at, call);
}

function overflow(simulation: Simulation, at: number, call: WaitingCall): void {
  const fields = { call_id: call.id, ...call.parties, destination: overflowQueue };
  simulation.webhooks.emit(at, 'call.overflow', fields);
  wait(simulation, at, { ...call, queue: overflowQueue });
}

function abandon(simulation: Simulation, at: number, call: WaitingCall): void {
  const { random, webhooks } = simulation;
  if (random.chance(0.8)) {
    const queue = random.chance(0.5) ? { queue: call.queue } : {};
    webhooks.emit(at, 'call.queue-abandon', { call_id: call.id, sid: `EV${call.id}`, ...queue });
  }
  finish(simulation, at, call);
}

function answer(simulation: Simulation, at: number, call: AgentCall): void {
  const { random, webhooks, schedule } = simulation;
  webhooks.emit(at, 'actor.entered', agentFields(call));
  webhooks.emit(at, 'call.ongoing', { call_id: call.id, ...call.parties });
  schedule(at + 10 * seconds + random.exponential(50 * seconds), (end) => leave(simulation, end, call));
}

/** The agent leaves, and the call ends or is transferred to another queue. */
function leave(simulation: Simulation, at: number, call: AgentCall): void {
  const { random, webhooks, staff, schedule } = simulation;
  webhooks.emit(at, 'actor.left', agentFields(call));
  if (random.chance(0.08)) pause(simulation, at, { agent: call.agent, ms: random.exponential(300 * seconds) });
  else schedule(at + random.exponential(5 * seconds), () => staff.release(call.agent));
  if (!random.chance(0.06)) return finish(simulation, at, call);
  const queue = call.queue === queues[0] ? queues[1] : queues[0];
  const request = { call_id: call.id, direction: call.parties['direction'], to: queue };
  webhooks.emit(at - seconds, 'called.attended-transfer-request', request);
  wait(simulation, at, { ...call, patientUntil: at + 120 * seconds, queue });
}

function pause(
  { staff, schedule }: Simulation,
  at: number,
  { agent, ms }: { agent: SimulatedAgent; ms: number },
): void {
  staff.pause(at, agent);
  schedule(at + ms, (end) => staff.unpause(end, agent));
}

function finish({ random, webhooks }: Simulation, at: number, { id, parties }: SimulatedCall): void {
  webhooks.emit(at, 'call.finished', { call_id: id, ...parties });
  if (random.chance(0.7)) {
    const url = `https://recordings.example.com/${id}.wav`;
    webhooks.emit(at + random.between(10, 60) * seconds, 'call.recording-available', { call_id: id, url });
  }
  if (random.chance(0.1)) {
    const laterAt = at + random.between(5, 90) * seconds;
    webhooks.emit(laterAt, 'call.data-provided', { call_id: id, nps: Math.floor(random.between(0, 11)) });
  }
}

const agentFields = ({ id, agent, queue }: AgentCall): EventFields => ({
  call_id: id,
  actor: agent.actor,
  number: agent.number,
  queue,
});
