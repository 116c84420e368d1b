import { createRequire } from 'node:module';
import { isProtocolError, explanationOf } from './error-explanation.ts';
import type { FailedRequest } from './error-explanation.ts';

/**
 * kafkajs 2.2.4 says that something failed, not of what: the topic, the group, the right that is missing. Here the
 * messages of its errors get that, and what mends it. Their types, by which is decided what happens, stay as they are.
 */
interface RequestProtocol {
  readonly request: { readonly apiName: string; readonly encode: () => Promise<{ readonly buffer: Buffer }> };
  readonly response: { readonly parse: (data: unknown) => Promise<unknown> };
}
interface PatchedConnection {
  readonly sasl: FailedRequest['sasl'];
  send: (protocol: RequestProtocol) => Promise<unknown>;
  authenticate: () => Promise<void>;
}
interface Cluster {
  findGroupCoordinatorMetadata: (asked: { readonly groupId: string }) => Promise<unknown>;
}

const require = createRequire(import.meta.url);
const { prototype: connection } = require('kafkajs/src/network/connection.js') as { prototype: PatchedConnection };
const { prototype: cluster } = require('kafkajs/src/cluster/index.js') as { prototype: Cluster };

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
    const group = await groupOf(protocol).catch(() => undefined);
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

function explain(error: Error & { readonly errors?: unknown }, context: FailedRequest): void {
  if (explained.has(error)) return;
  explained.add(error);
  if (Array.isArray(error.errors)) {
    const errors = (error.errors as unknown[]).filter(isProtocolError);
    for (const one of errors) explain(one, context);
    if (errors.length > 0) error.message += `: ${errors.map(({ message }) => message).join('; ')}`;
    return;
  }
  const why = explanationOf(error, context);
  if (why !== null) error.message = `${error.message.trim()}. ${why}`;
}

/** The group that a request is about: it is its first text. */
async function groupOf({ request }: RequestProtocol): Promise<string | undefined> {
  if (!/Group|Heartbeat|Offset(Fetch|Commit)$/.test(request.apiName)) return undefined;
  const { buffer } = await request.encode();
  const at = request.apiName.endsWith('Groups') ? 4 : 0;
  return buffer.subarray(at + 2, at + 2 + buffer.readInt16BE(at)).toString('utf8');
}
