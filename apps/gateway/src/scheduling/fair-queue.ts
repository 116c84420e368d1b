import { NotServed } from './not-served.ts';
import type { NotServedReason } from './not-served.ts';
import type { Requester } from './requester.ts';
import { RoundRobin } from './round-robin.ts';
import type { SharedTask } from './shared-task.ts';
import type { Schedule } from './single-flight.ts';

export interface FairQueueLimits {
  /** Tasks that run at the same time: of all, of one address, of one connection. */
  readonly running: number;
  readonly runningPerAddress: number;
  readonly runningPerConnection: number;
  /** Requests that wait. Beyond it, the address with most of them loses its oldest. */
  readonly waiting: number;
  /** Beyond it, the connection loses its oldest request. */
  readonly waitingPerConnection: number;
  /** Timeout of a request that waits, in ms. */
  readonly waitMs: number;
  /** After its end, a task keeps its slot for so many times as long as it ran: what blocks the event loop leaves time to others. */
  readonly pausePerRun: number;
}

/**
 * A request in the queue.
 *
 * ```
 *  waiting ──turn──▶ running ──end──▶ pausing (pausePerRun) ──▶ slot free
 *     └──▶ refused: late, replaced, full, gone
 * ```
 */
export interface Ticket {
  readonly requester: Requester;
  readonly task: SharedTask<unknown>;
  readonly timer: NodeJS.Timeout;
  readonly onBegun: (result: Promise<unknown>) => void;
  readonly onRefused: (error: NotServed) => void;
}

/** Gives out slots in turn: round-robin over addresses, over the connections of each, then in the order of arrival. */
export interface FairQueue {
  /**
   * Resolves to the result of the task, which begins in the turn of any request that waits for it.
   * @throws {NotServed} if the request was refused; else whatever the task throws
   */
  readonly schedule: Schedule;
  /** Requests that wait now. */
  readonly waiting: () => number;
}

/** @param onNotServed called for every request that is refused */
export function createFairQueue(limits: FairQueueLimits, onNotServed: (reason: NotServedReason) => void): FairQueue {
  const turns = new RoundRobin(limits);
  const ticketsOf = new Map<SharedTask<unknown>, Set<Ticket>>();
  let isPumpQueued = false;

  const remove = (ticket: Ticket): void => {
    clearTimeout(ticket.timer);
    turns.remove(ticket);
    const tickets = ticketsOf.get(ticket.task);
    tickets?.delete(ticket);
    if (tickets?.size === 0) ticketsOf.delete(ticket.task);
  };
  const refuse = (ticket: Ticket, reason: NotServedReason): void => {
    remove(ticket);
    onNotServed(reason);
    ticket.onRefused(new NotServed(reason));
  };
  const begin = (ticket: Ticket): void => {
    const freeSlot = turns.takeSlot(ticket.requester);
    const startedAt = performance.now();
    const result = ticket.task.begin();
    for (const waiting of ticketsOf.get(ticket.task) ?? []) {
      remove(waiting);
      waiting.onBegun(result);
    }
    const onEnded = (): void =>
      after((performance.now() - startedAt) * limits.pausePerRun, () => {
        freeSlot();
        queuePump();
      });
    result.then(onEnded, onEnded);
  };
  const pump = (): void => {
    isPumpQueued = false;
    for (let ticket = turns.next(); ticket !== undefined; ticket = turns.next())
      if (ticket.requester.isGone()) refuse(ticket, 'gone');
      else begin(ticket);
  };
  // In a microtask: requests for the same task in one turn of the event loop all wait for it before it begins.
  const queuePump = (): void => {
    if (!isPumpQueued) queueMicrotask(pump);
    isPumpQueued = true;
  };
  const schedule = (requester: Requester, task: SharedTask<unknown>): Promise<unknown> =>
    new Promise((resolve, reject) => {
      const timer = setTimeout(() => refuse(ticket, 'late'), limits.waitMs).unref();
      const ticket: Ticket = { requester, task, timer, onBegun: resolve, onRefused: reject };
      ticketsOf.set(task, (ticketsOf.get(task) ?? new Set()).add(ticket));
      turns.add(ticket);
      const replaced = turns.oldestOverLimit(ticket);
      if (replaced) refuse(replaced, 'replaced');
      if (turns.waiting() > limits.waiting) refuse(turns.oldestOfLongest(ticket), 'full');
      queuePump();
    });
  return { schedule: schedule as Schedule, waiting: () => turns.waiting() };
}

/** Calls `act` after a pause: at once if it is 0, and in the next turn of the event loop if it is shorter than a timer. */
function after(pauseMs: number, act: () => void): void {
  if (pauseMs === 0) act();
  else if (pauseMs < 1) setImmediate(act);
  else setTimeout(act, pauseMs);
}
