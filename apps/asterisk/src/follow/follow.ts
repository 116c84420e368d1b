import { join } from 'node:path';
import { createRegistry, startAdmin, stopSignal } from '@callstream/runtime';
import type { Log } from '@callstream/runtime';
import { ingestOf } from '../config.ts';
import type { QueueLogConfig } from '../config.ts';
import { createPoster } from '../post/poster.ts';
import { markLiveSince, queueLogFolder } from '../queue-log/folder.ts';
import { openPositions } from '../queue-log/positions.ts';
import { createLinePoster } from '../queue-log/post-lines.ts';
import { followFile } from './follow-file.ts';

/** Posts what is written into a queue_log, until SIGTERM or SIGINT. */
export async function follow(path: string, config: QueueLogConfig, log: Log): Promise<void> {
  const stopped = stopSignal();
  const stopping = new AbortController();
  const { signal } = stopping;
  const folder = queueLogFolder(config);
  const positions = openPositions(join(folder, 'follow.json'));
  const imported = openPositions(join(folder, 'import.json'));
  markLiveSince(config);
  let ingestProblem: string | null = null;
  await using poster = createPoster(Object.assign(ingestOf(config), { connections: 1 }));
  await using admin = await startAdmin({
    hosts: config.ADMIN_HOST,
    port: config.ASTERISK_ADMIN_PORT,
    ready: () => (signal.aborted ? 'Stopping.' : ingestProblem === null ? null : { note: ingestProblem }),
    registry: createRegistry(),
    log,
  });
  const post = createLinePoster({
    poster,
    signal,
    onProblem: (problem) => {
      if (ingestProblem === null && problem !== null) log.warn({ reason: problem }, 'asterisk.waits-for-ingest');
      ingestProblem = problem;
    },
    onRejected: (line, reason) => log.error({ path, line: line.number, reason }, 'asterisk.line-rejected'),
  });
  log.info({ admin_port: admin.port, path }, 'asterisk.started');
  const following = followFile({ path, positions, findImported: imported.find, post, signal, log });
  const reason = await Promise.race([stopped, following]);
  log.info({ signal: reason }, 'asterisk.stopping');
  stopping.abort();
  await following.catch((error: unknown) => {
    if (!signal.aborted) throw error;
  });
}
