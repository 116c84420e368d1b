import { createHash } from 'node:crypto';
import { connect as connectTcp, isIP } from 'node:net';
import type { Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { sleep } from '@callstream/resilience';
import { DeadlineExceeded, within } from '@callstream/runtime';
import { AmiRefused } from './ami-refused.ts';
import { createMessageReader } from './read-messages.ts';
import type { AmiMessage } from './read-messages.ts';
import { createRequests } from './requests.ts';
import type { AmiRequests } from './requests.ts';

/** Deadline of the connection, of the greeting and of each answer, in ms. */
const answerWithinMs = 10_000;

interface AmiAddress {
  readonly host: string;
  readonly port: number;
  /** With TLS; `ca`: certificates (PEM) to trust instead of the public authorities. */
  readonly tls: boolean;
  readonly ca: string | undefined;
}

export interface AmiOptions extends AmiAddress {
  readonly user: string;
  readonly secret: string;
  /** Takes the events of the PBX, in order. Until it resolves, nothing more is read. */
  readonly onEvents: (events: readonly AmiMessage[]) => Promise<void>;
  /** Closes the connection, also while it is opened. */
  readonly signal: AbortSignal;
  /** A line is left out because it is too long. */
  readonly onExcess: () => void;
}

/** A connection to the manager interface (AMI) of an Asterisk that is logged in, and whose PBX has booted. */
export interface Ami extends Disposable {
  /** E.g. `Asterisk Call Manager/11.0.0`. */
  readonly banner: string;
  /** The events that answer a question. @throws {AmiRefused} */
  readonly list: (action: string) => Promise<readonly AmiMessage[]>;
  /** Resolves when the PBX answers: every event from before the question has been delivered then. */
  readonly ping: () => Promise<void>;
  /** Rejects at the end of the connection. */
  readonly ended: Promise<never>;
}

/** The PBX did not accept user and secret. */
class AmiLoginRefused extends Error {
  override readonly name = 'AmiLoginRefused';
}

/** Connects, logs in, and waits until the PBX has booted: before that, it knows no actions. @throws {Error} naming the cause */
export async function openAmi(options: AmiOptions): Promise<Ami> {
  const socket = await openSocket(options);
  try {
    const reader = createMessageReader(options.onExcess);
    const { promise: greeted, resolve: greet } = Promise.withResolvers<string>();
    const requests = createRequests((text) => socket.write(text));
    const receive = async (): Promise<never> => {
      for await (const chunk of socket as AsyncIterable<Buffer>) {
        const events = reader.read(chunk).filter((message) => !requests.receive(message));
        const banner = reader.banner();
        if (banner !== null) greet(banner);
        await options.onEvents(events);
      }
      throw new Error('The PBX closed the connection.');
    };
    const ended = receive().catch((error: unknown) => {
      socket.destroy();
      requests.fail(error as Error);
      throw error;
    });
    ended.catch(() => undefined);
    const answered = <T>(answer: Promise<T>, what: string): Promise<T> =>
      within(answerWithinMs, answer).catch((error: unknown) => {
        throw error instanceof DeadlineExceeded
          ? new Error(`${what} within ${answerWithinMs / 1_000} s.`, { cause: error })
          : error;
      });

    // Raced once: a promise that stays pending would keep each answer that it was raced with.
    const banner = await answered(Promise.race([greeted, ended]), 'The PBX did not greet');
    if (!banner.startsWith('Asterisk Call Manager'))
      throw new Error(`${options.host}:${options.port} is no manager interface of an Asterisk.`);
    await answered(login(requests, options), 'The PBX did not answer the login');
    await answered(
      untilBooted(requests, options.signal),
      'The PBX has not booted, or has no queues (module app_queue): no QueueStatus',
    );
    return {
      banner,
      list: (action) => answered(requests.list(action), `The PBX did not answer ${action}`),
      ping: async () => {
        await answered(requests.send('Ping'), 'The PBX did not answer');
      },
      ended,
      [Symbol.dispose]: () => void socket.destroy(),
    };
  } catch (error) {
    socket.destroy();
    throw error;
  }
}

/** How often a PBX that boots is asked whether it knows queues, in ms. */
const bootPollMs = 500;

/**
 * Waits until the PBX knows the action that it is asked first. It sends the event FullyBooted only to users who may read the class
 * `system`, for which a connector has no other use.
 */
async function untilBooted(requests: AmiRequests, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const refusal = await requests.list('QueueStatus').then(
      () => null,
      (error: unknown) => error as Error,
    );
    if (refusal !== null && !(refusal instanceof AmiRefused)) throw refusal;
    // Any other refusal, as of a user without rights, is that of a PBX that has booted. The interface has no codes.
    if (refusal === null || !/unknown command/i.test(refusal.message)) return;
    await sleep(bootPollMs, signal);
  }
}

async function openSocket({ host, port, tls, ca, signal }: AmiOptions): Promise<Socket> {
  const socket = tls
    ? connectTls({
        host,
        port,
        // An address is no name for SNI.
        ...(isIP(host) === 0 && { servername: host }),
        ...(ca !== undefined && { ca }),
      })
    : connectTcp({ host, port });
  socket.setNoDelay(true);
  const abort = (): void => void socket.destroy(new Error('The connection was closed.'));
  signal.addEventListener('abort', abort, { once: true });
  socket.once('close', () => signal.removeEventListener('abort', abort));
  const connected = new Promise((resolve, reject) =>
    socket.once(tls ? 'secureConnect' : 'connect', resolve).once('error', reject),
  );
  try {
    await within(answerWithinMs, connected);
    return socket;
  } catch (error) {
    socket.destroy();
    throw error;
  }
}

/** By challenge and response, so that the secret is not sent. */
async function login(requests: AmiRequests, { user, secret }: Pick<AmiOptions, 'user' | 'secret'>): Promise<void> {
  const { Challenge = '' } = Object.fromEntries(await requests.send('Challenge', { AuthType: 'MD5' }));
  const key = createHash('md5').update(`${Challenge}${secret}`).digest('hex');
  try {
    await requests.send('Login', { AuthType: 'MD5', Username: user, Key: key });
  } catch (error) {
    if (!(error instanceof AmiRefused)) throw error;
    throw new AmiLoginRefused(
      `The PBX refused the login of "${user}" (${error.message}): ASTERISK_USER, ASTERISK_SECRET, or "permit" in manager.conf.`,
      { cause: error },
    );
  }
}
