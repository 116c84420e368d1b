import { connect as connectPlain, isIP } from 'node:net';
import type { Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { ISocketFactory } from 'kafkajs';

const keepAliveAfterMs = 60_000;
/** First bytes of an alert of TLS: what a server sends back to who does not speak it. */
const tlsAlert = Buffer.from([0x15, 0x03]);

/** Sockets of one client, as kafkajs would make them; but what goes wrong also says what mends it, wherever it is shown. */
export function createSocketFactory(): ISocketFactory {
  /** Whether a broker has answered more than the first question, which anybody may ask: then it is no matter of settings. */
  let hasWorked = false;
  return ({ host, port, ssl, onConnect }) => {
    // Without TLS, kafkajs gives null.
    const isTls = Boolean(ssl);
    const socket: Socket = isTls
      ? connectTls({ host, port, ...(isIP(host) === 0 && { servername: host }), ...ssl }, onConnect)
      : connectPlain({ host, port }, onConnect);
    socket.setKeepAlive(true, keepAliveAfterMs);
    // All of these before kafkajs listens: it makes errors of its own of the messages.
    socket.on('error', (error: NodeJS.ErrnoException) => {
      const remedy = hasWorked ? undefined : remedyOf(error, isTls);
      if (remedy !== undefined) error.message = `${error.message.trim()}. ${remedy}`;
    });
    if (!hasWorked) watchFirstAnswers(socket, isTls, () => (hasWorked = true));
    return socket;
  };
}

function watchFirstAnswers(socket: Socket, isTls: boolean, onWorks: () => void): void {
  let received = 0;
  let firstAnswer = Infinity;
  // Emitted, as the end that follows would else be taken for the reason.
  const fail = (message: string): void => void socket.emit('error', new Error(message));
  const onData = (chunk: Buffer): void => {
    if (received === 0 && chunk.length >= 4) {
      if (!isTls && chunk.subarray(0, 2).equals(tlsAlert))
        fail(`This port speaks TLS. ${setProtocol('SSL or SASL_SSL')}`);
      else firstAnswer = 4 + chunk.readInt32BE(0);
    }
    received += chunk.length;
    if (received <= firstAnswer) return;
    socket.off('data', onData);
    onWorks();
  };
  socket.on('data', onData);
  socket.on('end', () => {
    // After the first answer, which says what the broker speaks, it wanted something else than what came.
    if (received === firstAnswer)
      fail(`Closed connection. Perhaps this port wants a user: ${setProtocol(isTls ? 'SASL_SSL' : 'SASL_PLAINTEXT')}`);
  });
}

const setProtocol = (value: string): string =>
  `Set KAFKA_SECURITY_PROTOCOL=${value}, or another port in KAFKA_BROKERS.`;

const untrusted = new Set([
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'CERT_SIGNATURE_FAILURE',
]);

function remedyOf({ code = '', message }: NodeJS.ErrnoException, isTls: boolean): string | undefined {
  if (untrusted.has(code))
    return 'The certificate of the broker is not of an authority that is trusted: set KAFKA_SSL_CA_FILE to the certificate of its authority.';
  if (code === 'CERT_HAS_EXPIRED') return 'The certificate of the broker, or of its authority, has to be renewed.';
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID')
    return 'Name the brokers in KAFKA_BROKERS, and in their advertised.listeners, as their certificates do.';
  if (/alert (bad certificate|certificate required|unknown ca|certificate unknown)/.test(message))
    return 'The broker wants a certificate of an authority that it trusts: set KAFKA_SSL_CERTIFICATE_FILE and KAFKA_SSL_KEY_FILE.';
  // A server without TLS closes, or answers with what is none.
  if (
    isTls &&
    (code === 'ECONNRESET' || code === 'ERR_SSL_WRONG_VERSION_NUMBER' || code === 'ERR_SSL_PACKET_LENGTH_TOO_LONG')
  )
    return `Perhaps this port has no TLS: ${setProtocol('PLAINTEXT or SASL_PLAINTEXT')}`;
  return undefined;
}
