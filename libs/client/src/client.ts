import type { ListedCall, ServerMessage } from '@callstream/contracts';
import { createBoard } from './board.ts';
import type { Board } from './board.ts';
import { watchCallEvents } from './call-events.ts';
import type { CallEvents } from './call-events.ts';
import { openConnection } from './connection.ts';
import type { EventWithBody } from './event-bodies.ts';
import type { Filter, FrameOf, ServerFrame } from './messages.ts';
import { trackStatus } from './status.ts';
import type { Status } from './status.ts';
import type { Store } from './store.ts';
import { createBoardSubscription } from './subscription.ts';
import { createWatchRequests } from './watches.ts';
import type { WatchRequest } from './watches.ts';

export interface ClientOptions {
  /** Calls on the board; default: all. null: a client without a board. */
  readonly filter?: Filter | null;
  /** Returns the token for the next connection. After close code 4401 (expired) it must return a new one. */
  readonly token?: () => string;
  /** The board is stale when what it shows is older than this, in ms; default 15,000. */
  readonly staleAfterMs?: number;
  /** A connection without a frame for this long is dead, in ms; default 15,000. Heartbeats come every 5 s. */
  readonly silenceMaxMs?: number;
}

/** Requests of {@link Client.ask}, with their results. */
export interface Answers {
  readonly ListCalls: readonly ListedCall[];
  readonly ListCallEvents: readonly EventWithBody[];
}

/** A dashboard's side of the socket: connects, subscribes, and resumes after every loss of the connection. */
export interface Client extends Disposable {
  readonly board: Board;
  readonly status: Store<Status>;
  /** The gateway's clock, in ms since 1970: for timers on a screen, also if the clock of the PC is wrong. */
  readonly now: () => number;
  /** Changes which calls are on the board. The old calls stay until the new ones arrive. */
  readonly setFilter: (filter: Filter) => void;
  /** The events of a call: the newest, and those to come, until disposed. */
  readonly watchCall: (callId: string) => CallEvents;
  /** Sends a request now and after every reconnect, until the returned function is called. Receive its frames with `on`. */
  readonly watch: (watch: WatchRequest) => () => void;
  /**
   * Calls `listener` for every frame of this event, until the returned function is called. `Agents` and `Queues` always have the
   * whole list, as an immutable array, also if the gateway sends parts and deltas.
   */
  readonly on: <E extends ServerMessage['event']>(event: E, listener: (frame: FrameOf<E>) => void) => () => void;
  /** Sends a request once. @throws {Error} if it fails, or the connection is down or is lost before the answer */
  readonly ask: <E extends keyof Answers>(event: E, data: object) => Promise<Answers[E]>;
  readonly close: () => void;
}

/** @throws {SyntaxError} if `url` is not the URL of a WebSocket */
export function connect(url: string, options: ClientOptions = {}): Client {
  const { filter = {}, token, staleAfterMs = 15_000, silenceMaxMs = 15_000 } = options;
  const board = createBoard();
  const status = trackStatus(staleAfterMs);
  const connection = openConnection({
    url,
    token,
    silenceMaxMs,
    onFrame: (frame) => onFrame(frame),
    onDown: status.set,
    onTick: () => {
      status.checkAge();
      // Only subscribers get heartbeats. This request changes nothing, but its answer shows that the connection is alive.
      if (!subscription) send('Unsubscribe', {});
    },
  });
  const onFailed = (problem: string): void => {
    if (connection.isUp()) status.set({ problem });
  };
  const send = (event: string, data: object): void => {
    if (connection.isUp()) connection.ask(event, data, (failure) => failure !== null && onFailed(failure));
  };
  const watches = createWatchRequests(send);
  const subscription =
    filter === null
      ? null
      : createBoardSubscription({ filter, board, ask: connection.ask, onComplete: status.onSnapshot, onFailed });
  const onFrame = (frame: ServerFrame): void => {
    if (frame.event === 'Welcome') {
      watches.resume();
      if (subscription) subscription.resume();
      else status.onLive();
    } else if (frame.event === 'Heartbeat') status.onHeartbeat((frame as FrameOf<'Heartbeat'>).data);
    else subscription?.onFrame(frame);
  };

  const { on, request, close } = connection;
  return {
    board: { get: board.get, subscribe: board.subscribe },
    status: status.store,
    now: status.now,
    setFilter: (next) => {
      subscription?.setFilter(next);
      if (connection.isUp()) subscription?.resume();
    },
    watchCall: (callId) => watchCallEvents({ on, watch: watches.add, request }, callId),
    watch: watches.add,
    on,
    ask: async <E extends keyof Answers>(event: E, data: object) => (await request(event, data)).data as Answers[E],
    close,
    [Symbol.dispose]: close,
  };
}
