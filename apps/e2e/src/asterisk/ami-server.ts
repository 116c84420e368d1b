import { createHash, randomUUID } from 'node:crypto';
import { createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { once } from 'node:events';
import { firstPbxMembers, livePbxEvents, pbxEvents } from '@callstream/domain/testing/pbx';
import { createPbxChannels } from '@callstream/domain/testing/pbx-channels';
import type { AmiFields } from '@callstream/domain/testing/pbx-channels';

export const amiUser = 'callstream';
export const amiSecret = 'a secret of the manager interface';

/** A manager interface that plays the capture of a real PBX, and answers as that PBX would have. */
export interface AmiServer extends AsyncDisposable {
  readonly port: number;
  /** Plays the events of the capture up to `until`, in ms since its begin; without a client they are lost, as with any PBX. */
  readonly play: (until?: number) => void;
  /** Linkedids of the calls that the PBX has now. */
  readonly calls: () => ReadonlySet<string>;
  /** Sends raw bytes to every client that is logged in. */
  readonly send: (bytes: string | Buffer) => void;
  /** Ends every connection in the middle of an event. */
  readonly cut: () => void;
  /** Accepts no connection, or connections again. */
  readonly refuse: (isRefusing: boolean) => void;
  /** Logins that it accepted, and refused, so far. */
  readonly logins: () => { readonly accepted: number; readonly refused: number };
  /** Number of clients that are logged in and have asked for channels. */
  readonly followers: () => number;
}

export interface AmiServerOptions {
  /** Which time of the capture is now, in ms since its begin; the times of its events are moved by that. */
  readonly nowAt: number;
  /** With TLS, by this certificate. Default: without. */
  readonly certificate?: { readonly key: string; readonly cert: string };
  /** Splits what it sends into pieces of so many bytes. Default: it does not. */
  readonly pieceBytes?: number;
  /** What it greets with. Default: as Asterisk 22. */
  readonly banner?: string;
  /** Sends events without a Timestamp. */
  readonly withoutTimes?: boolean;
  /** Has no queues, and does not say which channels there are, as to a user without the class reporting. */
  readonly saysNothing?: boolean;
}

const beganAt = Date.parse(pbxEvents[0]?.receivedAt ?? '');

/** Length of the capture, in ms. */
export const captureMs = Date.parse(pbxEvents.at(-1)?.receivedAt ?? '') - beganAt;

export const textOf = (fields: AmiFields): string =>
  `${Object.entries(fields)
    .map(([name, value]) => `${name}: ${value}`)
    .join('\r\n')}\r\n\r\n`;

export async function startAmiServer({
  nowAt,
  certificate,
  pieceBytes,
  banner = 'Asterisk Call Manager/11.0.0',
  withoutTimes = false,
  saysNothing = false,
}: AmiServerOptions): Promise<AmiServer> {
  const shiftSeconds = Math.round((Date.now() - nowAt - beganAt) / 1_000);
  const channels = createPbxChannels(firstPbxMembers);
  const clients = new Set<AmiClient>();
  let played = 0;
  let isRefusing = false;
  const logins = { accepted: 0, refused: 0 };
  const accept = (socket: Socket): void => {
    socket.on('error', () => undefined);
    if (isRefusing) return void socket.destroy();
    const client = serveClient(socket, { channels, logins, pieceBytes, banner, saysNothing });
    clients.add(client);
    socket.on('close', () => clients.delete(client));
  };
  const server = certificate ? createTlsServer(certificate, accept) : createServer(accept);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const send = (bytes: string | Buffer): void => {
    for (const client of clients) if (client.isLoggedIn()) client.send(bytes);
  };
  const moved = (fields: AmiFields): AmiFields => {
    const { Timestamp, ...others } = fields;
    if (withoutTimes || Timestamp === undefined) return others;
    const [seconds = '', micros = ''] = Timestamp.split('.');
    return Object.assign({}, fields, { Timestamp: `${Number(seconds) + shiftSeconds}.${micros}` });
  };
  return {
    port: (server.address() as AddressInfo).port,
    play: (until = Infinity) => {
      for (
        let next = livePbxEvents[played];
        next && Date.parse(next.receivedAt) - beganAt < until;
        next = livePbxEvents[++played]
      ) {
        channels.apply(next.fields);
        send(textOf(moved(next.fields)));
      }
    },
    calls: () => new Set(channels.coreShowChannels().map(({ Linkedid = '' }) => Linkedid)),
    send,
    cut: () => {
      for (const client of clients) client.endInEvent(textOf(moved(livePbxEvents[played]?.fields ?? {})));
    },
    refuse: (refusing) => void (isRefusing = refusing),
    logins: () => logins,
    followers: () => [...clients].filter((client) => client.isFollowing()).length,
    [Symbol.asyncDispose]: async () => {
      for (const client of clients) client.end();
      server.close();
      await once(server, 'close');
    },
  };
}

interface AmiClient {
  readonly isLoggedIn: () => boolean;
  readonly isFollowing: () => boolean;
  readonly send: (bytes: string | Buffer) => void;
  readonly endInEvent: (event: string) => void;
  readonly end: () => void;
}

interface ServeOptions {
  readonly channels: ReturnType<typeof createPbxChannels>;
  readonly logins: { accepted: number; refused: number };
  readonly pieceBytes: number | undefined;
  readonly banner: string;
  readonly saysNothing: boolean;
}

function serveClient(socket: Socket, { channels, logins, pieceBytes, banner, saysNothing }: ServeOptions): AmiClient {
  const challenge = randomUUID();
  let [isLoggedIn, isFollowing] = [false, false];
  /** While it boots, a PBX knows few actions. It says when it has booted, but not to a user without the class `system`. */
  let isBooting = true;
  const send = (bytes: string | Buffer): void => {
    const buffer = Buffer.from(bytes as string);
    const step = pieceBytes ?? buffer.length;
    for (let at = 0; at < buffer.length; at += step) socket.write(buffer.subarray(at, at + step));
  };
  const answer = (ActionID: string, fields: AmiFields): void => send(textOf(Object.assign({}, fields, { ActionID })));
  const list = (ActionID: string, events: readonly AmiFields[], complete: string): void => {
    answer(ActionID, { Response: 'Success', EventList: 'start' });
    for (const event of events) answer(ActionID, event);
    answer(ActionID, { Event: complete, EventList: 'Complete', ListItems: String(events.length) });
  };
  const act = ({ Action = '', ActionID = '', Username = '', Key = '' }: AmiFields): void => {
    if (Action === 'Challenge') return answer(ActionID, { Response: 'Success', Challenge: challenge });
    if (Action === 'Login') {
      const key = createHash('md5').update(`${challenge}${amiSecret}`).digest('hex');
      if (Username !== amiUser || Key !== key) {
        logins.refused++;
        answer(ActionID, { Response: 'Error', Message: 'Authentication failed' });
        return void socket.end();
      }
      logins.accepted++;
      isLoggedIn = true;
      return answer(ActionID, { Response: 'Success', Message: 'Authentication accepted' });
    }
    if (!isLoggedIn) return answer(ActionID, { Response: 'Error', Message: 'Permission denied' });
    if (Action === 'QueueStatus' && isBooting) {
      isBooting = false;
      return answer(ActionID, { Response: 'Error', Message: 'Invalid/unknown command: QueueStatus.' });
    }
    if (Action === 'QueueStatus')
      return list(ActionID, saysNothing ? [] : channels.queueStatus(), 'QueueStatusComplete');
    if (Action === 'CoreShowChannels') {
      isFollowing = true;
      if (saysNothing) return answer(ActionID, { Response: 'Error', Message: 'Permission denied' });
      return list(ActionID, channels.coreShowChannels(), 'CoreShowChannelsComplete');
    }
    if (Action === 'Ping') return answer(ActionID, { Response: 'Success', Ping: 'Pong' });
    answer(ActionID, { Response: 'Error', Message: 'Invalid/unknown command' });
  };
  let received = '';
  socket.write(`${banner}\r\n`);
  socket.on('data', (chunk) => {
    const actions = (received + chunk.toString()).split('\r\n\r\n');
    received = actions.pop() ?? '';
    for (const action of actions)
      act(Object.fromEntries(action.split('\r\n').map((line) => line.split(': ', 2) as [string, string])));
  });
  return {
    isLoggedIn: () => isLoggedIn,
    isFollowing: () => isFollowing,
    send,
    endInEvent: (event) => void socket.end(event.slice(0, event.length / 2)),
    end: () => void socket.destroy(),
  };
}
