import type { Requester } from './requester.ts';
import { RoundRobin } from './round-robin.ts';
import { NotServed } from './not-served.ts';
import type { NotServedReason } from './not-served.ts';
import type { SharedTask } from './shared-task.ts';

export interface FairQueueLimits {
  /** Tasks that run at the same time: of all, of one address, of one connection. */
  readonly running: number;
  readonly runningPerAddress: number;
  readonly runningPerConnection: number;
  /** Requests that wait. Over it, the address that has most of them loses its oldest. */
  readonly waiting: number;
  /** Over it, the connection loses its oldest. */
  readonly waitingPerConnection: number;
  /** Longest wait, in ms. */
  readonly waitMs: number;
  /** After its end, a task keeps its slot for so many times as long as it took: what computes leaves time to others. */
  readonly restPerWork: number;
}

/** A request that waits for its turn. */
export interface Ticket {
  readonly asker: Requester;
  readonly task: SharedTask<unknown>;
  readonly timer: NodeJS.Timeout;
  readonly onBegun: (result: Promise<unknown>) => void;
  readonly onRefused: (error: NotServed) => void;
}

/** Gives slots out in turn: round-robin over addresses, over the connections of each, then in the order of arrival. */
export interface FairQueue {
  /**
   * Resolves to the result of the task, which begins when it is the turn of one of those who wait for it.
   * @throws {NotServed} if its turn did not come; whatever the task throws otherwise
   */
  readonly enter: <Result>(asker: Requester, task: SharedTask<Result>) => Promise<Result>;
  /** Requests that wait now. */
  readonly waiting: () => number;
}

/** @param onNotServed is told of every request that is refused */
export function createFairQueue(limits: FairQueueLimits, onNotServed: (reason: NotServedReason) => void): FairQueue {
  const lines = new RoundRobin(limits);
  const waitingFor = new Map<SharedTask<unknown>, Set<Ticket>>();
  let isPumpDue = false;

  const leave = (ticket: Ticket): void => {
    clearTimeout(ticket.timer);
    lines.remove(ticket);
    const others = waitingFor.get(ticket.task);
    others?.delete(ticket);
    if (others?.size === 0) waitingFor.delete(ticket.task);
  };
  const refuse = (ticket: Ticket, reason: NotServedReason): void => {
    leave(ticket);
    onNotServed(reason);
    ticket.onRefused(new NotServed(reason));
  };

  const begin = (ticket: Ticket): void => {
    const end = lines.occupy(ticket.asker);
    const began = performance.now();
    const result = ticket.task.begin();
    for (const each of waitingFor.get(ticket.task) ?? []) {
      leave(each);
      each.onBegun(result);
    }
    const onEnded = (): void => {
      const restMs = (performance.now() - began) * limits.restPerWork;
      const free = (): void => {
        end();
        pumpSoon();
      };
      if (limits.restPerWork === 0) free();
      else if (restMs < 1) setImmediate(free);
      else setTimeout(free, restMs);
    };
    result.then(onEnded, onEnded);
  };
  const pump = (): void => {
    isPumpDue = false;
    for (let ticket = lines.next(); ticket !== undefined; ticket = lines.next())
      if (ticket.asker.isGone()) refuse(ticket, 'gone');
      else begin(ticket);
  };
  // Not at once: those who ask for the same task in one go all wait for it before it begins.
  const pumpSoon = (): void => {
    if (!isPumpDue) queueMicrotask(pump);
    isPumpDue = true;
  };

  const enter = (asker: Requester, task: SharedTask<unknown>): Promise<unknown> =>
    new Promise((resolve, reject) => {
      const timer = setTimeout(() => refuse(ticket, 'late'), limits.waitMs).unref();
      const ticket: Ticket = { asker, task, timer, onBegun: resolve, onRefused: reject };
      waitingFor.set(task, (waitingFor.get(task) ?? new Set()).add(ticket));
      lines.add(ticket);
      const replaced = lines.oldestOverLimit(ticket);
      if (replaced) refuse(replaced, 'replaced');
      if (lines.waiting() > limits.waiting) refuse(lines.oldestOfLongest(ticket), 'full');
      pumpSoon();
    });
  return { enter: enter as FairQueue['enter'], waiting: () => lines.waiting() };
}
