import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { sleep } from '@callstream/resilience';

/** How a request ends, if not with 200. `slow`: late; `lost`: the call is sent there, and the connection is closed without an answer. */
export const faultKinds = ['400', '401', '500', 'slow', 'lost'] as const;
export type FaultKind = (typeof faultKinds)[number];

/** `POST /actions` with `{"type":"delegate"}`: the call shall go there. */
interface DelegateAction {
  readonly callId: string;
  readonly destination: string;
}

export interface ProviderServerOptions {
  /** Of 127.0.0.1; 0: a free one. */
  readonly port: number;
  readonly user: string;
  readonly password: string;
  /** The fault of the next action; null: none. */
  readonly nextFault: () => FaultKind | null;
  /** How late a slow answer is, in ms. */
  readonly slowMs: number;
  /** Gets each action that comes with the right credentials, and how it is answered; `taken`: the call is sent there. */
  readonly onAction: (
    action: DelegateAction,
    answer: { readonly fault: FaultKind | null; readonly taken: boolean },
  ) => void;
}

/** The simulated provider's API. */
export interface ProviderServer extends AsyncDisposable {
  readonly port: number;
}

const peers = [{ peer: '200', state: 'available' }];

export async function startProviderServer(options: ProviderServerOptions): Promise<ProviderServer> {
  const stopping = new AbortController();
  const server = createServer((request, response) => {
    void respond(request, response, { ...options, signal: stopping.signal }).catch(() => response.destroy());
  });
  server.listen(options.port, '127.0.0.1');
  await once(server, 'listening');
  const close = async (): Promise<void> => {
    stopping.abort();
    const closed = once(server, 'close');
    server.close().closeAllConnections();
    await closed;
  };
  return { port: (server.address() as AddressInfo).port, [Symbol.asyncDispose]: close };
}

async function respond(
  request: IncomingMessage,
  response: ServerResponse,
  { user, password, nextFault, slowMs, onAction, signal }: ProviderServerOptions & { readonly signal: AbortSignal },
): Promise<void> {
  const answer = (status: number, body: object): void =>
    void response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  const body = await text(request);
  const expected = `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
  if (request.headers.authorization !== expected) return answer(401, { error: 'wrong credentials' });
  if (request.method === 'GET' && request.url === '/peers') return answer(200, peers);
  if (request.method !== 'POST' || request.url !== '/actions') return answer(404, { error: 'not found' });
  const action = actionOf(body);
  if (action === null) return answer(400, { error: 'expected type, call_id and destination' });
  const fault = nextFault();
  const taken = fault === null || fault === 'slow' || fault === 'lost';
  onAction(action, { fault, taken });
  if (fault === 'lost') return void request.socket.destroy();
  if (fault === 'slow') await sleep(slowMs, signal);
  if (taken) answer(200, { ok: true });
  else answer(Number(fault), { error: 'a simulated fault' });
}

function actionOf(body: string): DelegateAction | null {
  try {
    const { type, call_id: callId, destination } = JSON.parse(body) as Record<string, unknown>;
    if (type !== 'delegate' || typeof callId !== 'string' || typeof destination !== 'string') return null;
    return { callId, destination };
  } catch {
    return null;
  }
}
