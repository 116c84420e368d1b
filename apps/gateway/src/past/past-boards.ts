import type { PastMoment } from '@callstream/domain';
import { pastCallLimits } from '@callstream/tables';
import type { Scope } from '../access/scope.ts';
import type { GatewayMetrics } from '../metrics.ts';
import type { NamesFile } from '../names/names-file.ts';
import type { FairPool } from '../scheduling/fair-pool.ts';
import type { Requester } from '../scheduling/requester.ts';
import { createSingleFlight } from '../scheduling/single-flight.ts';
import type { Schedule } from '../scheduling/single-flight.ts';
import { pastBoardJson } from './past-board-json.ts';
import { readPastBoard } from './read-past-board.ts';
import type { ReadPastBoardOptions } from './read-past-board.ts';

interface PastBoardRequest extends PastMoment {
  readonly finished: boolean;
  readonly scope: Scope;
}

/** Past boards as JSON, for all clients; a few at a time, so that the live ones are not slowed. */
export interface PastBoards {
  /** @returns the JSON, or why the moment is refused. @throws {NotServed} if the request got no turn */
  readonly read: (requester: Requester, request: PastBoardRequest) => Promise<Buffer | { readonly problem: string }>;
}

export interface PastBoardsOptions extends Omit<ReadPastBoardOptions, 'names' | 'finished'> {
  readonly pool: Pick<FairPool, 'query'>;
  readonly names: Pick<NamesFile, 'current'>;
  /** Gives turns to requests for past boards. */
  readonly schedule: Schedule;
  readonly metrics: Pick<GatewayMetrics, 'timed'>;
}

/** For Postgres, all past boards are one client. */
const pastRequester: Requester = { address: 'past boards', connection: {}, isGone: () => false };

export function createPastBoards({ pool, rules, retention, names, schedule, metrics }: PastBoardsOptions): PastBoards {
  const read = createSingleFlight(async ({ at, known, finished, scope }: PastBoardRequest) => {
    const options = { rules, retention, finished, names: names.current() };
    const board = readPastBoard((query) => pool.query(pastRequester, query), options, { at, known });
    const past = await metrics.timed('past-board', board);
    if (past !== null) return pastBoardJson(past, scope);
    const { calls, bytes } = pastCallLimits;
    return {
      problem: `at: more than ${calls} calls, or ${bytes} bytes of them, had events shortly before this moment`,
    };
  }, schedule);
  return {
    read: async (requester, request) => {
      const now = Date.now();
      if (request.at > now) return { problem: `at: is in the future; now it is ${new Date(now).toISOString()}` };
      return read(requester, request);
    },
  };
}
