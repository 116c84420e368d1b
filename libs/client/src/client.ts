import type { ListedCall, ListedEvent, ServerMessage } from '@callstream/contracts';
import { projectionVersion } from '@callstream/domain';
import { createBoard } from './board.ts';
import type { Board } from './board.ts';
import { watchCallEvents } from './call-events.ts';
import type { CallEvents } from './call-events.ts';
import { openReconnectingSocket } from './reconnecting-socket.ts';
import { parseFrame } from './messages.ts';
import type { Filter, ServerFrame, FrameOf } from './messages.ts';
import { createRequests } from './requests.ts';
import type { OnAnswer } from './requests.ts';
import { createServerClock } from './server-clock.ts';
import { initialStatus } from './status.ts';
import type { Status } from './status.ts';
import { createListeners, createStore } from './store.ts';
import type { Store } from './store.ts';
import { createBoardSubscription } from './subscription.ts';
import { createWatchRequests } from './watches.ts';
import type { WatchRequest } from './watches.ts';

/** When the page wakes, a connection that was silent for longer than a heartbeat takes is in doubt. */
const doubtAfterMs = 6_000;

export interface ClientOptions {
  /** Calls that the board shows: all of them if not given; null for a client without a board. */
  readonly filter?: Filter | null;
  /** The token to show, asked for before each connection: after one has expired, this must give a new one. */
  readonly token?: () => string;
  /** The board counts as stale when what it shows is older than this, in ms. */
  readonly staleAfterMs?: number;
  /** A connection on which nothing arrives for so long is dead, in ms: more than two heartbeats of 5 s. */
  readonly silenceMaxMs?: number;
}

/** What can be asked, and what the answer is. */
export interface Answers {
  readonly ListCalls: readonly ListedCall[];
  readonly ListCallEvents: readonly ListedEvent[];
}

/** A dashboard's side of the socket: connects, subscribes, comes back after every loss, and goes on where it was. */
export interface Client extends Disposable {
  readonly board: Board;
  readonly status: Store<Status>;
  /** The gateway's clock, ms since 1970: for timers on a screen, whatever the clock of the PC says. */
  readonly now: () => number;
  /** Shows other calls from now on; the old ones stay until the new ones are there. */
  readonly setFilter: (filter: Filter) => void;
  /** The events of a call, the newest so far and those to come, until disposed. */
  readonly watchCall: (callId: string) => CallEvents;
  /** Has the server tell of something, over all reconnects, until the returned function is called. It tells by `on`. */
  readonly watch: (watch: WatchRequest) => () => void;
  /** Every frame of this kind, until the returned function is called. */
  readonly on: <E extends ServerMessage['event']>(event: E, listener: (frame: FrameOf<E>) => void) => () => void;
  /** Asks once. @throws {Error} if it is refused, or the connection is not there or is lost meanwhile */
  readonly ask: <E extends keyof Answers>(event: E, data: object) => Promise<Answers[E]>;
  readonly close: () => void;
}

/** @throws {SyntaxError} if `url` is no address of a WebSocket */
export function connect(url: string, options: ClientOptions = {}): Client {
  const { filter = {}, token, staleAfterMs = 15_000, silenceMaxMs = 15_000 } = options;
  const clock = createServerClock();
  const board = createBoard();
  const status = createStore(initialStatus);
  const frames = createListeners<ServerFrame>();
  const requests = createRequests();
  /** Welcome has come. */
  let isUp = false;

  const link = openReconnectingSocket({
    ...{ url, silenceMaxMs, doubtAfterMs },
    // A browser can set no headers; the gateway chooses the first.
    protocols: () => (token ? ['callstream', `bearer.${token()}`] : []),
    onText: (text) => {
      const frame = parseFrame(text);
      if (frame) onFrame(frame);
      else link.drop('What came is no frame of this protocol.');
    },
    onLost: (problem) => onDown({ connection: 'waiting', problem }),
    onRefused: (problem) => onDown({ connection: 'stopped', problem }),
    onTick: () => {
      checkAge();
      // Only subscribers are sent heartbeats: this changes nothing, and is answered.
      if (!subscription) say('Unsubscribe', {});
    },
  });
  const ask = (event: string, data: object, onAnswer: OnAnswer): number => {
    const message = requests.next(event, data, onAnswer);
    link.send(message);
    return message.id;
  };
  const onFailed = (problem: string): void => {
    if (isUp) status.set({ problem });
  };
  const say = (event: string, data: object): void => {
    if (isUp) ask(event, data, (failure) => failure !== null && onFailed(failure));
  };
  const watches = createWatchRequests(say);
  const onLive = (): void => status.set({ connection: 'live', problem: null });
  const onAge = ({ as_of, now, lag }: FrameOf<'Heartbeat'>['data']): void => {
    clock.read(now);
    status.set({ asOf: as_of, lag });
    checkAge();
  };
  const checkAge = (): void => {
    const { asOf } = status.get();
    if (asOf !== null) status.set({ isStale: clock.now() - asOf > staleAfterMs });
  };
  const onComplete = (snapshot: FrameOf<'Snapshot'>['data']): void => {
    onAge(snapshot);
    status.set({ isOtherVersion: snapshot.projection_version !== projectionVersion });
    onLive();
  };
  const subscription = filter === null ? null : createBoardSubscription({ filter, board, ask, onComplete, onFailed });

  const onFrame = (frame: ServerFrame): void => {
    if (frame.event === 'Welcome') {
      isUp = true;
      watches.resume();
      if (subscription) subscription.resume();
      else onLive();
    } else if (frame.event === 'Heartbeat') onAge((frame as FrameOf<'Heartbeat'>).data);
    else subscription?.onFrame(frame);
    requests.onFrame(frame);
    frames.tell(frame);
  };
  const onDown = (part: Pick<Status, 'connection' | 'problem'>): void => {
    isUp = false;
    status.set(part);
    requests.giveUp(part.problem ?? 'The client was closed.');
  };
  const on: Client['on'] = (event, listener) =>
    frames.add((frame) => {
      if (frame.event === event && frame.status !== 'Failed') listener(frame as Parameters<typeof listener>[0]);
    });
  const request = (event: string, data: object): Promise<ServerFrame> =>
    new Promise((resolve, reject) => {
      if (!isUp) throw new Error('There is no connection now.');
      ask(event, data, (failure, frame) => {
        if (frame && failure === null) resolve(frame);
        else reject(new Error(`${event}: ${failure ?? 'no answer'}`));
      });
    });
  const close = (): void => {
    link.close();
    onDown({ connection: 'stopped', problem: null });
  };
  return {
    board: { get: board.get, subscribe: board.subscribe },
    status: { get: status.get, subscribe: status.subscribe },
    now: clock.now,
    setFilter: (next) => {
      subscription?.setFilter(next);
      if (isUp) subscription?.resume();
    },
    watchCall: (callId) => watchCallEvents({ on, watch: watches.add, request }, callId),
    watch: watches.add,
    on,
    ask: async <E extends keyof Answers>(event: E, data: object) => (await request(event, data)).data as Answers[E],
    close,
    [Symbol.dispose]: close,
  };
}
