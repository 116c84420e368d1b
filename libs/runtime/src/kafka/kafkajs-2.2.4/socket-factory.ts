import { connect as connectPlain, isIP } from 'node:net';
import type { Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { certificateProblem } from '@callstream/resilience';
import type { ISocketFactory } from 'kafkajs';

const keepAliveAfterMs = 60_000;
/** First bytes of a TLS alert, with which a server answers a client that does not use TLS. */
const tlsAlert = Buffer.from([0x15, 0x03]);

/** Creates sockets of one client as kafkajs does, and adds the remedy to the messages of their errors. */
export function createSocketFactory(): ISocketFactory {
  /** A broker has answered a request after the first, which needs no credentials: the settings are right. */
  let hasWorked = false;
  return ({ host, port, ssl, onConnect }) => {
    // Without TLS, kafkajs passes null.
    const isTls = Boolean(ssl);
    const socket: Socket = isTls
      ? connectTls({ host, port, ...(isIP(host) === 0 && { servername: host }), ...ssl }, onConnect)
      : connectPlain({ host, port }, onConnect);
    socket.setKeepAlive(true, keepAliveAfterMs);
    // These listeners come before those of kafkajs, which copies the message into an error of its own.
    socket.on('error', (error: NodeJS.ErrnoException) => {
      const remedy = hasWorked ? undefined : remedyOf(error, isTls);
      if (remedy !== undefined) error.message = `${error.message.trim()}. ${remedy}`;
    });
    if (!hasWorked) watchFirstResponses(socket, isTls, () => (hasWorked = true));
    return socket;
  };
}

/** Detects a broker that expects another protocol: it answers with a TLS alert, or closes after its first response. */
function watchFirstResponses(socket: Socket, isTls: boolean, onWorks: () => void): void {
  let received = 0;
  let firstResponseBytes = Infinity;
  // As an error: kafkajs would report the end that follows as the cause.
  const fail = (message: string): void => void socket.emit('error', new Error(message));
  const onData = (chunk: Buffer): void => {
    if (received === 0 && chunk.length >= 4) {
      if (!isTls && chunk.subarray(0, 2).equals(tlsAlert))
        fail(`This port speaks TLS. ${setProtocol('SSL or SASL_SSL')}`);
      else firstResponseBytes = 4 + chunk.readInt32BE(0);
    }
    received += chunk.length;
    if (received <= firstResponseBytes) return;
    socket.off('data', onData);
    onWorks();
  };
  socket.on('data', onData);
  socket.on('end', () => {
    // The first response lists the versions that the broker supports; it rejected the request after it.
    if (received === firstResponseBytes)
      fail(`Closed connection. This port may require SASL: ${setProtocol(isTls ? 'SASL_SSL' : 'SASL_PLAINTEXT')}`);
  });
}

const setProtocol = (value: string): string =>
  `Set KAFKA_SECURITY_PROTOCOL=${value}, or another port in KAFKA_BROKERS.`;

const certificateSettings = {
  server: 'broker',
  trustAuthority: 'set KAFKA_SSL_CA_FILE to the certificate of its authority.',
  useItsNames:
    'Use host names in KAFKA_BROKERS, and in advertised.listeners of the brokers, that their certificates contain.',
};

function remedyOf({ code = '', message }: NodeJS.ErrnoException, isTls: boolean): string | undefined {
  const problem = certificateProblem(code, certificateSettings);
  if (problem !== undefined) return problem;
  if (/alert (bad certificate|certificate required|unknown ca|certificate unknown)/.test(message))
    return 'The broker requires a client certificate from an authority that it trusts: set KAFKA_SSL_CERTIFICATE_FILE and KAFKA_SSL_KEY_FILE.';
  // A server without TLS closes the connection, or its answer is not a TLS record.
  if (
    isTls &&
    (code === 'ECONNRESET' || code === 'ERR_SSL_WRONG_VERSION_NUMBER' || code === 'ERR_SSL_PACKET_LENGTH_TOO_LONG')
  )
    return `This port may not support TLS: ${setProtocol('PLAINTEXT or SASL_PLAINTEXT')}`;
  return undefined;
}
