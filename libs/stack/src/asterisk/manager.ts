import { once } from 'node:events';
import { connect } from 'node:net';
import { createInterface } from 'node:readline';

/** A message of the manager interface (AMI): its fields, by name. */
export type ManagerMessage = Readonly<Record<string, string>>;

/** What a person does with a PBX: its calls, and the pauses of its agents. */
export interface Manager extends AsyncDisposable {
  /** @throws {Error} if the PBX refuses the action, or ends the connection */
  readonly send: (name: string, fields: Readonly<Record<string, string | readonly string[]>>) => Promise<void>;
  /** The first event from now on that matches. @throws {Error} if the connection ends before it, or `signal` is aborted */
  readonly event: (matches: (event: ManagerMessage) => boolean, signal?: AbortSignal) => Promise<ManagerMessage>;
}

export interface ManagerAddress {
  readonly port: number;
  readonly user: string;
  readonly secret: string;
}

type Settle<T> = Pick<PromiseWithResolvers<T>, 'resolve' | 'reject'>;

interface Waiting {
  readonly answers: Map<string, Settle<ManagerMessage>>;
  readonly events: Map<(event: ManagerMessage) => boolean, Settle<ManagerMessage>>;
}

/** Logs in to the manager interface on this machine. @throws {Error} if it does not answer, or refuses the user */
export async function connectManager({ port, user, secret }: ManagerAddress): Promise<Manager> {
  const socket = connect(port, '127.0.0.1');
  const waiting: Waiting = { answers: new Map(), events: new Map() };
  const end = (error: Error) => {
    for (const { reject } of [...waiting.answers.values(), ...waiting.events.values()]) reject(error);
    waiting.answers.clear();
    waiting.events.clear();
    socket.destroy();
  };
  await once(socket, 'connect');
  socket.on('error', end);
  socket.on('close', () => end(new Error('The PBX has ended the connection.')));
  readMessages(socket, (message) => deliver(message, waiting));

  let actions = 0;
  const checkOpen = (): void => {
    if (socket.destroyed) throw new Error('The PBX has ended the connection.');
  };
  const send: Manager['send'] = async (name, fields) => {
    checkOpen();
    const id = String(actions++);
    const answer = Promise.withResolvers<ManagerMessage>();
    waiting.answers.set(id, answer);
    const lines = Object.entries({ Action: name, ActionID: id }).concat(
      Object.entries(fields).flatMap(([key, values]) => [values].flat().map((value): [string, string] => [key, value])),
    );
    socket.write(`${lines.map(([key, value]) => `${key}: ${value}\r\n`).join('')}\r\n`);
    const { Response, Message = '' } = await answer.promise;
    if (Response === 'Error') throw new Error(`The PBX refuses ${name}: ${Message}`);
  };
  const event: Manager['event'] = async (matches, signal) => {
    checkOpen();
    signal?.throwIfAborted();
    const found = Promise.withResolvers<ManagerMessage>();
    waiting.events.set(matches, found);
    const abort = () => found.reject(signal?.reason as Error);
    signal?.addEventListener('abort', abort);
    try {
      return await found.promise;
    } finally {
      waiting.events.delete(matches);
      signal?.removeEventListener('abort', abort);
    }
  };
  try {
    await send('Login', { Username: user, Secret: secret });
  } catch (error) {
    socket.destroy();
    throw error;
  }
  return {
    send,
    event,
    [Symbol.asyncDispose]: async () => {
      if (socket.destroyed) return;
      socket.destroy();
      await once(socket, 'close');
    },
  };
}

function readMessages(socket: NodeJS.ReadableStream, onMessage: (message: ManagerMessage) => void): void {
  let fields: [string, string][] = [];
  const lines = createInterface(socket);
  // readline repeats errors of its input, which the socket handles.
  lines.on('error', () => undefined);
  lines.on('line', (line) => {
    if (line === '') {
      onMessage(Object.fromEntries(fields));
      fields = [];
      return;
    }
    const colon = line.indexOf(': ');
    if (colon > 0) fields.push([line.slice(0, colon), line.slice(colon + 2)]);
  });
}

function deliver(message: ManagerMessage, { answers, events }: Waiting): void {
  const { Event, ActionID = '' } = message;
  if (Event === undefined) {
    answers.get(ActionID)?.resolve(message);
    answers.delete(ActionID);
    return;
  }
  for (const [matches, { resolve }] of events) if (matches(message)) resolve(message);
}
