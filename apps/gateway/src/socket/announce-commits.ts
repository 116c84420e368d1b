import type { ServerMessage } from '@callstream/contracts';
import { errorText, throttle } from '@callstream/resilience';
import type { Log } from '@callstream/runtime';
import { listenForCommits } from '@callstream/tables';
import type { NumberWatches } from '../numbers/number-watches.ts';
import type { RequestHandlerOptions } from './requests.ts';
import type { Sockets } from './sockets.ts';

/** Least time between two DataChanged, in ms: old dashboards list everything on each. */
const dataChangedEveryMs = 100;
const dataChanged = JSON.stringify({ event: 'DataChanged', data: {}, status: 'Ok' } satisfies ServerMessage);

interface AnnounceCommitsOptions {
  readonly sockets: Sockets;
  readonly numberWatches: NumberWatches;
  readonly failedLists: RequestHandlerOptions['failedLists'];
  readonly log: Log;
}

/**
 * Notifies clients of the commits of the projection. Old dashboards ask only then, so a client whose list failed is notified
 * without a commit, as soon as Postgres answers.
 */
export function announceCommits(url: string, { sockets, numberWatches, failedLists, log }: AnnounceCommitsOptions) {
  const announcement = throttle({ everyMs: dataChangedEveryMs }, () => sockets.broadcast('DataChanged', dataChanged));
  const listener = listenForCommits({
    url,
    onChange: () => {
      announcement.changed();
      numberWatches.changed();
    },
    onUnchanged: () => {
      for (const client of failedLists) client.send('DataChanged', dataChanged);
      failedLists.clear();
    },
    onLost: (error) => log.warn({ error: errorText(error) }, 'projection.watch-lost'),
  });
  return {
    isListening: listener.isListening,
    failure: listener.failure,
    [Symbol.asyncDispose]: async () => {
      await listener[Symbol.asyncDispose]();
      announcement.stop();
    },
  };
}
