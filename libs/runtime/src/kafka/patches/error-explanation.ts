import kafkajs from 'kafkajs';
import type { KafkaJSProtocolError } from 'kafkajs';

/** Operation of Kafka's ACLs that a request needs, by its name in kafkajs. */
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

/** What was being done when a request failed. */
export interface FailedRequest {
  readonly api?: string;
  readonly answer?: unknown;
  readonly group?: string | undefined;
  readonly sasl: { readonly username?: string; readonly mechanism?: string } | null;
}

export const isProtocolError = (error: unknown): error is KafkaJSProtocolError =>
  error instanceof kafkajs.KafkaJSProtocolError;

/** What is missing, and what mends it; null if nothing is known beside what the error says. */
export const explanationOf = (error: Error, context: FailedRequest): string | null =>
  isProtocolError(error) ? ofProtocol(error, context) : ofSasl(error, context);

function ofProtocol(error: KafkaJSProtocolError & { readonly topic?: string }, context: FailedRequest): string | null {
  const { api = '?', answer, group, sasl } = context;
  const topic = error.topic ?? topicOf(answer, error.code);
  const user = sasl?.username ?? '<user>';
  const missing = (operation: string, resource: string, option: string): string =>
    `User ${user} lacks the right to ${operation} ${resource}: kafka-acls.sh --add --allow-principal User:${user} --operation ${operation} ${option}`;
  const operation = operations[api] ?? api;
  switch (error.type) {
    case 'TOPIC_AUTHORIZATION_FAILED':
      return missing(operation, `topic "${topic ?? '?'}"`, `--topic ${topic ?? '<topic>'}`);
    case 'GROUP_AUTHORIZATION_FAILED':
      return missing(operation, `group "${group ?? '?'}"`, `--group ${group ?? '<group>'}`);
    case 'CLUSTER_AUTHORIZATION_FAILED':
      return api === 'InitProducerId'
        ? missing(operation, 'the topic that it writes to', '--topic <topic>')
        : missing(operation, 'the cluster', '--cluster');
    case 'UNKNOWN_TOPIC_OR_PARTITION':
      return api === 'Metadata' ? `There is no topic "${topic ?? '?'}". Make it: npm run projector -- topics` : null;
    case 'ILLEGAL_SASL_STATE':
      return 'Perhaps this port takes no users: set KAFKA_SECURITY_PROTOCOL=PLAINTEXT or SSL, or another port in KAFKA_BROKERS.';
    case 'UNSUPPORTED_SASL_MECHANISM':
      return `Set KAFKA_SASL_MECHANISM to one that the broker takes${offered(answer)}.`;
    default:
      return null;
  }
}

const ofSasl = ({ name }: Error, { sasl }: FailedRequest): string | null =>
  name === 'KafkaJSSASLAuthenticationError'
    ? `Kafka does not know user ${sasl?.username ?? '?'} with this password for ${(sasl?.mechanism ?? '?').toUpperCase()}: see KAFKA_SASL_USERNAME, KAFKA_SASL_PASSWORD and KAFKA_SASL_MECHANISM.`
    : null;

function offered(answer: unknown): string {
  const { enabledMechanisms } = (answer ?? {}) as { enabledMechanisms?: readonly string[] };
  return enabledMechanisms?.length ? ` (${enabledMechanisms.join(', ')})` : '';
}

/** The topic that an answer gives this error code for. */
function topicOf(answer: unknown, code: number): string | undefined {
  if (typeof answer !== 'object' || answer === null) return undefined;
  const { topic, topicName, resourceName, ...rest } = answer as Record<string, unknown>;
  const name = topic ?? topicName ?? resourceName;
  if (typeof name === 'string') return hasCode(rest, code) ? name : undefined;
  for (const part of Object.values(rest)) {
    const found = topicOf(part, code);
    if (found !== undefined) return found;
  }
  return undefined;
}

const hasCode = (part: unknown, code: number): boolean =>
  part === code || (typeof part === 'object' && part !== null && Object.values(part).some((one) => hasCode(one, code)));
