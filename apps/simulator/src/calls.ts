import type { Random } from './random.ts';
import { overflowQueue, queues } from './staff.ts';
import type { Staff, SimulatedAgent } from './staff.ts';
import type { EventFields, WebhookSender } from './webhook-sender.ts';

export interface Simulation {
  readonly random: Random;
  readonly wire: WebhookSender;
  readonly staff: Staff;
  /** Lets something happen at a time, in ms since 1970. */
  readonly later: (at: number, what: (at: number) => void) => void;
}

interface SimulatedCall {
  readonly id: string;
  readonly parties: EventFields;
  /** ms since 1970: when the caller gives up. */
  readonly patientUntil: number;
}

const seconds = 1_000;

/** Lets calls happen: returns what makes a call arrive. */
export function createCalls(world: Simulation): (at: number) => void {
  const { random, wire, staff, later } = world;
  let count = 0;

  const arrive = (at: number): void => {
    const id = `${Math.floor(at / 1000)}.${30_000 + count++}`;
    const kind = random.unit();
    if (kind < 0.04) return internal(at, id);
    const outbound = kind < 0.12;
    const parties = {
      direction: outbound ? 'outbound' : 'inbound',
      our_number: '0800123000',
      their_number: `119${Math.floor(random.between(6e7, 1e8))}`,
      ...(random.chance(0.5) ? { their_number_type: random.pick(['mobile', 'landline']) } : {}),
      ...(random.chance(0.3) ? { code: String(Math.floor(random.between(1000, 9999))) } : {}),
    };
    const call: SimulatedCall = { id, parties, patientUntil: at + random.exponential(90 * seconds) + 4 * seconds };
    if (outbound) wire.emit(at - 2 * seconds, 'dialer.attempt', { number: parties.their_number, code: 'campaign-7' });
    wire.emit(at, 'call.new', { call_id: id, ...parties });
    if (outbound)
      wire.emit(at + seconds, 'dialer.success', {
        call_id: id,
        number: parties.their_number,
        code: 'campaign-7',
        amd_status: 'human',
      });
    else if (random.chance(0.6)) wire.emit(at + seconds, 'call.standby', { call_id: id, ...parties });
    if (random.chance(0.15))
      wire.emit(at + 2 * seconds, 'call.data-provided', {
        call_id: id,
        data: String(Math.floor(random.between(1, 9))),
      });
    if (random.chance(0.05)) return later(at + random.exponential(15 * seconds), (end) => finish(end, call));
    const queue = random.pick(queues);
    later(at + random.between(1, 4) * seconds, (then) => wait(then, call, queue));
  };

  const internal = (at: number, id: string): void => {
    const call: SimulatedCall = {
      id,
      parties: { direction: 'internal', our_number: '100', their_number: '700' },
      patientUntil: Infinity,
    };
    wire.emit(at, 'call.new', { call_id: id, ...call.parties });
    wire.emit(at + 4 * seconds, 'call.ongoing', { call_id: id, ...call.parties });
    later(at + random.exponential(60 * seconds) + 5 * seconds, (end) => finish(end, call));
  };

  const wait = (at: number, call: SimulatedCall, queue: string): void => {
    wire.emit(at, 'call.waiting', { call_id: call.id, ...call.parties, queue });
    seek(at, call, queue, at);
  };

  /** Looks for an agent every second, until there is one, the caller gives up, or the queue is left. */
  const seek = (at: number, call: SimulatedCall, queue: string, since: number): void => {
    if (at >= call.patientUntil) return abandon(at, call, queue);
    if (queue !== overflowQueue && at - since > 45 * seconds) return overflow(at, call);
    const worker = staff.take(queue);
    if (!worker) return later(at + seconds, (then) => seek(then, call, queue, since));
    wire.emit(at, 'actor.ringing', { call_id: call.id, actor: worker.actor, number: worker.number, queue });
    if (random.chance(0.06)) return later(at + 15 * seconds, (then) => noanswer(then, call, { worker, queue, since }));
    later(at + random.between(1, 5) * seconds, (then) => answer(then, call, worker, queue));
  };

  const noanswer = (
    at: number,
    call: SimulatedCall,
    { worker, queue, since }: { worker: SimulatedAgent; queue: string; since: number },
  ): void => {
    wire.emit(at, 'actor.noanswer', {
      call_id: call.id,
      actor: worker.actor,
      number: worker.number,
      queue,
      ringtime: 15,
    });
    rest(at, worker, 30 * seconds);
    seek(at, call, queue, since);
  };

  const overflow = (at: number, call: SimulatedCall): void => {
    wire.emit(at, 'call.overflow', { call_id: call.id, ...call.parties, destination: overflowQueue });
    wait(at, call, overflowQueue);
  };

  const abandon = (at: number, call: SimulatedCall, queue: string): void => {
    const sid = `EV${call.id}`;
    if (random.chance(0.8))
      wire.emit(at, 'call.queue-abandon', { call_id: call.id, sid, ...(random.chance(0.5) ? { queue } : {}) });
    finish(at, call);
  };

  const answer = (at: number, call: SimulatedCall, worker: SimulatedAgent, queue: string): void => {
    wire.emit(at, 'actor.entered', { call_id: call.id, actor: worker.actor, number: worker.number, queue });
    wire.emit(at, 'call.ongoing', { call_id: call.id, ...call.parties });
    later(at + 10 * seconds + random.exponential(50 * seconds), (end) => leave(end, call, worker, queue));
  };

  const leave = (at: number, call: SimulatedCall, worker: SimulatedAgent, queue: string): void => {
    wire.emit(at, 'actor.left', { call_id: call.id, actor: worker.actor, number: worker.number, queue });
    if (random.chance(0.08)) rest(at, worker, random.exponential(300 * seconds));
    else later(at + random.exponential(5 * seconds), () => staff.release(worker));
    if (!random.chance(0.06)) return finish(at, call);
    const to = queue === queues[0] ? queues[1] : queues[0];
    wire.emit(at - seconds, 'called.attended-transfer-request', {
      call_id: call.id,
      direction: call.parties['direction'],
      to,
    });
    wait(at, { ...call, patientUntil: at + 120 * seconds }, to);
  };

  const rest = (at: number, worker: SimulatedAgent, ms: number): void => {
    staff.pause(at, worker);
    later(at + ms, (then) => staff.unpause(then, worker));
  };

  const finish = (at: number, call: SimulatedCall): void => {
    wire.emit(at, 'call.finished', { call_id: call.id, ...call.parties });
    if (random.chance(0.7))
      wire.emit(at + random.between(10, 60) * seconds, 'call.recording-available', {
        call_id: call.id,
        url: `https://recordings.example.com/${call.id}.wav`,
      });
    if (random.chance(0.1))
      wire.emit(at + random.between(5, 90) * seconds, 'call.data-provided', {
        call_id: call.id,
        nps: Math.floor(random.between(0, 11)),
      });
  };

  return arrive;
}
