import kafkajs from 'kafkajs';
import type { AuthenticationProviderArgs, Mechanism } from 'kafkajs';
import type { OauthClient } from '../config/kafka-oauth-env.ts';
import { createTokenProvider } from './oauth-token.ts';

const separator = '\u0001';

/**
 * SASL OAUTHBEARER (RFC 7628) in place of that of kafkajs, which takes a refused token for an accepted one: the broker refuses it
 * in its answer, waits for one more message, and would answer the next request with ILLEGAL_SASL_STATE.
 */
export function oauthMechanism(client: OauthClient): Mechanism {
  const provideToken = createTokenProvider(client);
  const extensions = Object.entries(client.extensions).map(([name, value]) => `${name}=${value}${separator}`);
  const authenticate = async (saslAuthenticate: AuthenticationProviderArgs['saslAuthenticate']): Promise<void> => {
    const token = await provideToken();
    const first = `n,,${separator}auth=Bearer ${token}${separator}${extensions.join('')}${separator}`;
    const refusal = await saslAuthenticate({ request: messageOf(first), response: answer });
    if (!refusal) return;
    // Ends the exchange: the broker closes the connection.
    await saslAuthenticate({ request: messageOf(separator), response: answer }).catch(() => undefined);
    // The types of kafkajs give its own class no argument.
    throw Object.assign(new kafkajs.KafkaJSNonRetriableError(`Kafka refused the token: ${refusal}`), {
      name: 'KafkaJSSASLAuthenticationError',
    });
  };
  return {
    mechanism: client.mechanism,
    authenticationProvider: ({ saslAuthenticate }) => ({ authenticate: () => authenticate(saslAuthenticate) }),
  };
}

/** kafkajs sends and gets messages with their length before them. */
const lengthBytes = 4;
function messageOf(text: string): { encode: () => Buffer } {
  const bytes = Buffer.alloc(lengthBytes + Buffer.byteLength(text));
  bytes.writeInt32BE(bytes.length - lengthBytes);
  bytes.write(text, lengthBytes);
  return { encode: () => bytes };
}
const answer = {
  decode: (bytes: Buffer): Buffer => bytes.subarray(lengthBytes),
  parse: (bytes: Buffer): string => bytes.toString(),
};
