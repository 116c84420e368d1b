import type { SocketClient } from '../outbox/socket-client.ts';
import { NotServed } from '../scheduling/not-served.ts';
import { SharedTask } from '../scheduling/shared-task.ts';
import type { Schedule } from '../scheduling/single-flight.ts';

/** A client's request for a snapshot, until it ends or a newer one replaces it. */
export interface LatestRequest {
  readonly isCurrent: () => boolean;
  /** Runs `work` in the client's turn. Resolves to null if the request was replaced by then, or got no turn. */
  readonly runInTurn: <Result>(work: () => Result) => Promise<Result | null>;
  readonly end: () => void;
}

/** The newest request of each client: an older one is cancelled, so that many requests cost no more than one. */
export class LatestRequests {
  readonly #schedule: Schedule;
  readonly #current = new Map<SocketClient, symbol>();

  constructor(schedule: Schedule) {
    this.#schedule = schedule;
  }

  begin(client: SocketClient): LatestRequest {
    const id = Symbol();
    this.#current.set(client, id);
    const isCurrent = (): boolean => this.#current.get(client) === id;
    return {
      isCurrent,
      runInTurn: async <Result>(work: () => Result) => {
        try {
          // What `work` throws fails the request, not the queue.
          const task = new SharedTask(
            () => new Promise<Result | null>((resolve) => resolve(isCurrent() ? work() : null)),
          );
          return await this.#schedule(client, task);
        } catch (error) {
          if (!(error instanceof NotServed)) throw error;
          if (isCurrent()) client.close('busy');
          return null;
        }
      },
      end: () => {
        if (isCurrent()) this.#current.delete(client);
      },
    };
  }

  has(client: SocketClient): boolean {
    return this.#current.has(client);
  }

  cancel(client: SocketClient): void {
    this.#current.delete(client);
  }
}
