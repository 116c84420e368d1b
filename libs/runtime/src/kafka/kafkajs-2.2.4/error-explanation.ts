import kafkajs from 'kafkajs';
import type { KafkaJSProtocolError } from 'kafkajs';

/** Operation of Kafka's ACLs that a request needs, by the request's name in kafkajs. */
const operations: Readonly<Record<string, string>> = {
  Metadata: 'Describe',
  ListOffsets: 'Describe',
  DescribeConfigs: 'DescribeConfigs',
  CreateTopics: 'Create',
  InitProducerId: 'Write',
  Produce: 'Write',
  Fetch: 'Read',
  GroupCoordinator: 'Read',
  JoinGroup: 'Read',
  SyncGroup: 'Read',
  Heartbeat: 'Read',
  OffsetFetch: 'Read',
  OffsetCommit: 'Read',
  DescribeGroups: 'Describe',
  DeleteGroups: 'Delete',
};

export interface FailedRequest {
  readonly apiName?: string;
  readonly responseData?: unknown;
  readonly group?: string | undefined;
  readonly sasl: { readonly username?: string; readonly mechanism?: string } | null;
}

export const isProtocolError = (error: unknown): error is KafkaJSProtocolError =>
  error instanceof kafkajs.KafkaJSProtocolError;

/** Cause and remedy of an error; null if its own message says all that we know. */
export const explanationOf = (error: Error, request: FailedRequest): string | null =>
  isProtocolError(error) ? explainProtocolError(error, request) : explainSaslError(error, request);

function explainProtocolError(
  error: KafkaJSProtocolError & { readonly topic?: string },
  request: FailedRequest,
): string | null {
  const { apiName = '?', responseData, group, sasl } = request;
  const topic = error.topic ?? topicOf(responseData, error.code);
  const user = sasl?.username ?? '<user>';
  const notAuthorized = (operation: string, resource: string, option: string): string =>
    `User ${user} is not authorized to ${operation} ${resource}. Grant it: kafka-acls.sh --add --allow-principal User:${user} --operation ${operation} ${option}`;
  const operation = operations[apiName] ?? apiName;
  switch (error.type) {
    case 'TOPIC_AUTHORIZATION_FAILED':
      return notAuthorized(operation, `topic "${topic ?? '?'}"`, `--topic ${topic ?? '<topic>'}`);
    case 'GROUP_AUTHORIZATION_FAILED':
      return notAuthorized(operation, `group "${group ?? '?'}"`, `--group ${group ?? '<group>'}`);
    case 'CLUSTER_AUTHORIZATION_FAILED':
      return apiName === 'InitProducerId'
        ? notAuthorized(operation, 'the topic of its records', '--topic <topic>')
        : notAuthorized(operation, 'the cluster', '--cluster');
    case 'UNKNOWN_TOPIC_OR_PARTITION':
      return apiName === 'Metadata'
        ? `Topic "${topic ?? '?'}" does not exist. Create it: npm run projector -- topics`
        : null;
    case 'ILLEGAL_SASL_STATE':
      return 'This port may not support SASL: set KAFKA_SECURITY_PROTOCOL=PLAINTEXT or SSL, or another port in KAFKA_BROKERS.';
    case 'UNSUPPORTED_SASL_MECHANISM':
      return `Set KAFKA_SASL_MECHANISM to one that the broker supports${supportedMechanisms(responseData)}.`;
    default:
      return null;
  }
}

function explainSaslError({ name }: Error, { sasl }: FailedRequest): string | null {
  if (name !== 'KafkaJSSASLAuthenticationError') return null;
  const mechanism = (sasl?.mechanism ?? '?').toUpperCase();
  if (mechanism === 'OAUTHBEARER')
    return 'Kafka rejected the token of KAFKA_OAUTH_TOKEN_URL: check that KAFKA_OAUTH_SCOPE gives it the audience that the brokers expect (sasl.oauthbearer.expected.audience), that they trust its issuer and keys, and KAFKA_OAUTH_EXTENSIONS.';
  return `Kafka rejected user ${sasl?.username ?? '?'} with this password and mechanism ${mechanism}: check KAFKA_SASL_USERNAME, KAFKA_SASL_PASSWORD and KAFKA_SASL_MECHANISM.`;
}

function supportedMechanisms(responseData: unknown): string {
  const { enabledMechanisms } = (responseData ?? {}) as { enabledMechanisms?: readonly string[] };
  return enabledMechanisms?.length ? ` (${enabledMechanisms.join(', ')})` : '';
}

/** The topic that a response gives this error code for. */
function topicOf(responseData: unknown, code: number): string | undefined {
  if (typeof responseData !== 'object' || responseData === null) return undefined;
  const { topic, topicName, resourceName, ...otherFields } = responseData as Record<string, unknown>;
  const name = topic ?? topicName ?? resourceName;
  if (typeof name === 'string') return hasCode(otherFields, code) ? name : undefined;
  for (const field of Object.values(otherFields)) {
    const found = topicOf(field, code);
    if (found !== undefined) return found;
  }
  return undefined;
}

const hasCode = (field: unknown, code: number): boolean =>
  field === code ||
  (typeof field === 'object' && field !== null && Object.values(field).some((inner) => hasCode(inner, code)));
