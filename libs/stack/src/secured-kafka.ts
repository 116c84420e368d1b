import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { makePrivateFolder, privateFileMode } from '@callstream/files';
import { keystore } from './certificates.ts';
import type { Authority } from './certificates.ts';
import { freePort } from './free-port.ts';
import { startKafka } from './kafka.ts';
import type { KafkaServer } from './kafka.ts';

export interface SecuredKafka extends KafkaServer {
  /** Listener with TLS and passwords: PLAIN, SCRAM-SHA-256, SCRAM-SHA-512. Its certificate is for `localhost`. */
  readonly saslSsl: string;
  /** Listener with TLS and client certificates, whose CN is the user. */
  readonly ssl: string;
  /** Listener with passwords and without TLS. */
  readonly saslPlaintext: string;
  /** Listener with TLS and tokens (OAUTHBEARER), whose `sub` is the user. */
  readonly oauth: string;
}

export interface SecuredKafkaOptions {
  dataDir: string;
  /** Issues the certificates of the broker and the clients. */
  authority: Authority;
  /** Passwords by user. */
  users: Readonly<Record<string, string>>;
  /** Who issues tokens, and the address of its keys, which must answer already. Their audience must be `kafka`. */
  tokens: { readonly issuer: string; readonly jwksUrl: string };
}

const oauthModule = 'org.apache.kafka.common.security.oauthbearer';
const plain = 'org.apache.kafka.common.security.plain.PlainLoginModule';
const scram = 'org.apache.kafka.common.security.scram.ScramLoginModule';

/**
 * Starts a Kafka with authentication and ACLs: what no ACL allows is denied. `brokers` is a listener without authentication,
 * whose clients are superusers.
 */
export async function startSecuredKafka({
  dataDir,
  authority,
  users,
  tokens,
}: SecuredKafkaOptions): Promise<SecuredKafka> {
  makePrivateFolder(dataDir, () => undefined);
  const store = join(dataDir, 'keystore.pem');
  await writeFile(store, await keystore(await authority.issue('broker', ['DNS:localhost'])), { mode: privateFileMode });
  const named = Object.entries(users);
  const listeners = [
    { name: 'SASL_SSL', protocol: 'SASL_SSL', port: await freePort() },
    { name: 'SSL', protocol: 'SSL', port: await freePort() },
    { name: 'SASL_PLAINTEXT', protocol: 'SASL_PLAINTEXT', port: await freePort() },
    { name: 'OAUTH', protocol: 'SASL_SSL', port: await freePort() },
  ] as const;
  const sasl = (listener: string): string[] => [
    `listener.name.${listener}.plain.sasl.jaas.config=${plain} required ${named.map(([user, password]) => `user_${user}="${password}"`).join(' ')};`,
    `listener.name.${listener}.scram-sha-256.sasl.jaas.config=${scram} required;`,
    `listener.name.${listener}.scram-sha-512.sasl.jaas.config=${scram} required;`,
  ];
  const extraSettings = [
    'ssl.keystore.type=PEM',
    `ssl.keystore.location=${store}`,
    'ssl.truststore.type=PEM',
    `ssl.truststore.location=${authority.certificate}`,
    'listener.name.ssl.ssl.client.auth=required',
    'listener.name.ssl.ssl.principal.mapping.rules=RULE:^CN=([^,]+).*$/$1/',
    'sasl.enabled.mechanisms=PLAIN,SCRAM-SHA-256,SCRAM-SHA-512',
    ...sasl('sasl_ssl'),
    ...sasl('sasl_plaintext'),
    'listener.name.oauth.sasl.enabled.mechanisms=OAUTHBEARER',
    // The broker does not log in with its token, but wants one.
    `listener.name.oauth.oauthbearer.sasl.jaas.config=${oauthModule}.OAuthBearerLoginModule required unsecuredLoginStringClaim_sub="broker";`,
    `listener.name.oauth.oauthbearer.sasl.server.callback.handler.class=${oauthModule}.OAuthBearerValidatorCallbackHandler`,
    // A connection ends with its token, unless it authenticates again.
    'listener.name.oauth.oauthbearer.connections.max.reauth.ms=60000',
    `sasl.oauthbearer.jwks.endpoint.url=${tokens.jwksUrl}`,
    `sasl.oauthbearer.expected.issuer=${tokens.issuer}`,
    'sasl.oauthbearer.expected.audience=kafka',
    'authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer',
    'super.users=User:ANONYMOUS',
  ];
  const scramUsers = named.flatMap(([user, password]) =>
    ['SCRAM-SHA-256', 'SCRAM-SHA-512'].map((mechanism) => `${mechanism}=[name=${user},password=${password}]`),
  );
  const allowed = `-Dorg.apache.kafka.sasl.oauthbearer.allowed.urls=${tokens.jwksUrl}`;
  const env = Object.assign({}, process.env, { JAVA_TOOL_OPTIONS: allowed });
  const server = await startKafka({ dataDir, listeners, extraSettings, scram: scramUsers, env });
  const [saslSsl = '', ssl = '', saslPlaintext = '', oauth = ''] = listeners.map(({ port }) => `localhost:${port}`);
  return { ...server, saslSsl, ssl, saslPlaintext, oauth };
}
