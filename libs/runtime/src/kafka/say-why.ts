import { createRequire } from 'node:module';
import kafkajs from 'kafkajs';
import type { KafkaJSProtocolError } from 'kafkajs';

/**
 * kafkajs 2.2.4 says that something failed, not of what: the topic, the group, the right that is missing. Here the
 * messages of its errors get that, and what mends it. Their types, by which is decided what happens, stay as they are.
 */
interface Protocol {
  readonly request: { readonly apiName: string; readonly encode: () => Promise<{ readonly buffer: Buffer }> };
  readonly response: { readonly parse: (data: unknown) => Promise<unknown> };
}
interface Connection {
  readonly sasl: { readonly username?: string; readonly mechanism?: string } | null;
  send: (protocol: Protocol) => Promise<unknown>;
  authenticate: () => Promise<void>;
}
interface Cluster {
  findGroupCoordinatorMetadata: (asked: { readonly groupId: string }) => Promise<unknown>;
}

const require = createRequire(import.meta.url);
const { prototype: connection } = require('kafkajs/src/network/connection.js') as { prototype: Connection };
const { prototype: cluster } = require('kafkajs/src/cluster/index.js') as { prototype: Cluster };

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

/** Said already: several requests may wait for one that fails. */
const explained = new WeakSet<Error>();
/** Why a group has no coordinator for us; kafkajs forgets it on the way. */
const groupsRefused = new Map<string, unknown>();

const { send, authenticate } = connection;
connection.send = async function (protocol) {
  let answer: unknown;
  const parse = (data: unknown): Promise<unknown> => {
    answer = data;
    return protocol.response.parse(data);
  };
  try {
    return await send.call(this, { ...protocol, response: { ...protocol.response, parse } });
  } catch (error) {
    const group = await groupOf(protocol);
    if (error instanceof Error) explain(error, { api: protocol.request.apiName, answer, group, sasl: this.sasl });
    if (protocol.request.apiName === 'GroupCoordinator' && isProtocolError(error))
      groupsRefused.set(group ?? '', error);
    throw error;
  }
};

connection.authenticate = async function () {
  try {
    await authenticate.call(this);
  } catch (error) {
    if (error instanceof Error) explain(error, { sasl: this.sasl });
    throw error;
  }
};

const { findGroupCoordinatorMetadata: find } = cluster;
cluster.findGroupCoordinatorMetadata = async function (asked) {
  groupsRefused.delete(asked.groupId);
  try {
    return await find.call(this, asked);
  } catch (error) {
    throw groupsRefused.get(asked.groupId) ?? error;
  } finally {
    groupsRefused.delete(asked.groupId);
  }
};

interface Context {
  readonly api?: string;
  readonly answer?: unknown;
  readonly group?: string | undefined;
  readonly sasl: Connection['sasl'];
}

const isProtocolError = (error: unknown): error is KafkaJSProtocolError =>
  error instanceof kafkajs.KafkaJSProtocolError;

function explain(error: Error & { readonly errors?: unknown }, context: Context): void {
  if (explained.has(error)) return;
  explained.add(error);
  if (Array.isArray(error.errors)) {
    const errors = (error.errors as unknown[]).filter(isProtocolError);
    for (const one of errors) explain(one, context);
    if (errors.length > 0) error.message += `: ${errors.map(({ message }) => message).join('; ')}`;
    return;
  }
  const why = isProtocolError(error) ? whyOf(error, context) : ofSasl(error, context);
  if (why !== null) error.message = `${error.message.trim()}. ${why}`;
}

function whyOf(error: KafkaJSProtocolError & { readonly topic?: string }, context: Context): string | null {
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

const ofSasl = ({ name }: Error, { sasl }: Context): string | null =>
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

/** The group that a request is about: it is its first text. */
async function groupOf({ request }: Protocol): Promise<string | undefined> {
  if (!/Group|Heartbeat|Offset(Fetch|Commit)$/.test(request.apiName)) return undefined;
  const { buffer } = await request.encode();
  const at = request.apiName.endsWith('Groups') ? 4 : 0;
  return buffer.subarray(at + 2, at + 2 + buffer.readInt16BE(at)).toString('utf8');
}
