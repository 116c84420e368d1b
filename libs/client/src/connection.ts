import type { Client } from './client.ts';
import { parseFrame } from './messages.ts';
import type { ServerFrame } from './messages.ts';
import { openReconnectingSocket } from './reconnecting-socket.ts';
import { createRequests } from './requests.ts';
import type { OnAnswer } from './requests.ts';
import type { Status } from './status.ts';
import { createListeners } from './store.ts';
import { createWatchedLists } from './watched-lists.ts';

/** When the page wakes, a connection without a frame for longer than the interval of heartbeats is replaced, in ms. */
const doubtAfterMs = 6_000;

export interface ConnectionOptions {
  readonly url: string;
  readonly token: (() => string) | undefined;
  readonly silenceMaxMs: number;
  /** Called before the listeners of `on`. */
  readonly onFrame: (frame: ServerFrame) => void;
  readonly onDown: (status: Pick<Status, 'connection' | 'problem'>) => void;
  /** Called once a second. */
  readonly onTick: () => void;
}

/** Requests and frames over a socket that reconnects. It is up from each `Welcome` until the socket is lost. */
export interface GatewayConnection {
  readonly isUp: () => boolean;
  /** Sends a request and returns its id. `onAnswer` is called once, also if the socket is lost. */
  readonly ask: (event: string, data: object, onAnswer: OnAnswer) => number;
  /** {@link ask} as a promise. @throws {Error} if the request fails, or the connection is down or is lost before the answer */
  readonly request: (event: string, data: object) => Promise<ServerFrame>;
  readonly on: Client['on'];
  readonly close: () => void;
}

export function openConnection({ token, onFrame, ...options }: ConnectionOptions): GatewayConnection {
  const listeners = createListeners<ServerFrame>();
  const requests = createRequests();
  const lists = createWatchedLists();
  let isUp = false;

  const socket = openReconnectingSocket({
    url: options.url,
    silenceMaxMs: options.silenceMaxMs,
    doubtAfterMs,
    // Browsers cannot set headers. The gateway chooses the first subprotocol.
    protocols: () => (token ? ['callstream', `bearer.${token()}`] : []),
    onText: (text) => {
      const frame = parseFrame(text);
      if (!frame)
        return socket.drop('The server sent a frame of another protocol: check that the URL is that of a gateway.');
      if (frame.event === 'Welcome') isUp = true;
      onFrame(frame);
      requests.onFrame(frame);
      for (const each of lists.framesFor(frame)) listeners.emit(each);
    },
    onLost: (problem) => onDown('waiting', problem),
    onRefused: (problem) => onDown('stopped', problem),
    onTick: options.onTick,
  });
  const onDown = (connection: Status['connection'], problem: string | null): void => {
    isUp = false;
    options.onDown({ connection, problem });
    requests.rejectAll(problem ?? 'The client was closed.');
  };
  const ask = (event: string, data: object, onAnswer: OnAnswer): number => {
    const message = requests.next(event, data, onAnswer);
    socket.send(message);
    return message.id;
  };

  return {
    isUp: () => isUp,
    ask,
    request: (event, data) =>
      new Promise((resolve, reject) => {
        if (!isUp) throw new Error('There is no connection to the gateway.');
        ask(event, data, (failure, frame) => {
          if (frame && failure === null) resolve(frame);
          else reject(new Error(`${event}: ${failure ?? 'no answer'}`));
        });
      }),
    on: (event, listener) =>
      listeners.add((frame) => {
        if (frame.event === event && frame.status !== 'Failed') listener(frame as Parameters<typeof listener>[0]);
      }),
    close: () => {
      socket.close();
      onDown('stopped', null);
    },
  };
}
