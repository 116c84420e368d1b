import { createBirpc } from 'birpc';
import type { BirpcReturn } from 'birpc';

/** Deadline of a call, in ms: both processes answer at once unless they hang. */
const callTimeoutMs = 5_000;

/** A process at the other end of an IPC channel; in a worker, `process` stands for the primary. */
interface ChannelEnd {
  readonly connected: boolean;
  send?(message: object, handle: undefined, options: undefined, callback: () => void): boolean;
  on(event: 'message', listener: (message: object) => void): unknown;
  once(event: 'disconnect', listener: () => void): unknown;
}

/** Calls functions of another process. A call rejects when its deadline has passed, or when that process has ended. */
export function openChannel<Remote extends object, Local extends object>(
  end: ChannelEnd,
  local: Local,
): BirpcReturn<Remote, Local> {
  const channel = createBirpc<Remote, Local>(local, {
    // With a callback, a channel that has just closed is no error of the process.
    post: (message: object) => {
      if (end.connected) end.send?.(message, undefined, undefined, () => undefined);
    },
    on: (listener) => void end.on('message', listener),
    timeout: callTimeoutMs,
  });
  end.once('disconnect', () => channel.$close());
  return channel;
}
