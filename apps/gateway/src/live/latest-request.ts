import type { SocketClient } from '../outbox/socket-client.ts';
import { NotServed } from '../scheduling/not-served.ts';
import { SharedTask } from '../scheduling/shared-task.ts';
import type { Schedule } from '../scheduling/single-flight.ts';

/** A client's request for a snapshot, until it ends or a newer one replaces it. */
export interface LatestRequest {
  readonly isCurrent: () => boolean;
  /** Runs `work` in the client's turn; not if the request was replaced by then, or got no turn. */
  readonly runInTurn: (work: () => Promise<void>) => Promise<void>;
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
      runInTurn: async (work) => {
        try {
          await this.#schedule(
            client,
            new SharedTask(async () => {
              if (isCurrent()) await work();
            }),
          );
        } catch (error) {
          if (!(error instanceof NotServed)) throw error;
          if (isCurrent()) client.close('busy');
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
