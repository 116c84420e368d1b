import { explanationOf, isProtocolError } from './error-explanation.ts';
import type { FailedRequest } from './error-explanation.ts';
import { requireInternal } from './internals.ts';

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
  findGroupCoordinatorMetadata: (options: { readonly groupId: string }) => Promise<unknown>;
}

/** Errors that have their explanation: several requests may reject with the same one. */
const explained = new WeakSet<Error>();
/** Why looking up the coordinator of a group failed, by group id; kafkajs loses that error. */
const coordinatorErrors = new Map<string, unknown>();

/**
 * Errors of kafkajs do not name the topic, the group or the missing right. This patch adds them, and the remedy, to the
 * messages. The types of errors, which decide about retries, stay the same.
 */
export function installErrorExplanations(): void {
  explainRequestErrors();
  explainCoordinatorErrors();
}

function explainRequestErrors(): void {
  const { prototype: connection } = requireInternal<{ prototype: PatchedConnection }>('network/connection.js');
  const { send, authenticate } = connection;
  connection.send = async function (protocol) {
    let responseData: unknown;
    const parse = (data: unknown): Promise<unknown> => {
      responseData = data;
      return protocol.response.parse(data);
    };
    try {
      return await send.call(this, { ...protocol, response: { ...protocol.response, parse } });
    } catch (error) {
      const group = await groupOf(protocol).catch(() => undefined);
      const { apiName } = protocol.request;
      if (error instanceof Error) addExplanation(error, { apiName, responseData, group, sasl: this.sasl });
      if (apiName === 'GroupCoordinator' && isProtocolError(error)) coordinatorErrors.set(group ?? '', error);
      throw error;
    }
  };

  connection.authenticate = async function () {
    try {
      await authenticate.call(this);
    } catch (error) {
      if (error instanceof Error) addExplanation(error, { sasl: this.sasl });
      throw error;
    }
  };
}

function explainCoordinatorErrors(): void {
  const { prototype: cluster } = requireInternal<{ prototype: Cluster }>('cluster/index.js');
  const { findGroupCoordinatorMetadata } = cluster;
  cluster.findGroupCoordinatorMetadata = async function (options) {
    const { groupId } = options;
    coordinatorErrors.delete(groupId);
    try {
      return await findGroupCoordinatorMetadata.call(this, options);
    } catch (error) {
      throw coordinatorErrors.get(groupId) ?? error;
    } finally {
      coordinatorErrors.delete(groupId);
    }
  };
}

function addExplanation(error: Error & { readonly errors?: unknown }, request: FailedRequest): void {
  if (explained.has(error)) return;
  explained.add(error);
  if (Array.isArray(error.errors)) {
    const errors = (error.errors as unknown[]).filter(isProtocolError);
    for (const inner of errors) addExplanation(inner, request);
    if (errors.length > 0) error.message += `: ${errors.map(({ message }) => message).join('; ')}`;
    return;
  }
  const explanation = explanationOf(error, request);
  if (explanation !== null) error.message = `${error.message.trim()}. ${explanation}`;
}

/** The group id of a request: its first string. */
async function groupOf({ request }: RequestProtocol): Promise<string | undefined> {
  if (!/Group|Heartbeat|Offset(Fetch|Commit)$/.test(request.apiName)) return undefined;
  const { buffer } = await request.encode();
  // DescribeGroups and DeleteGroups have the length of a list first.
  const at = request.apiName.endsWith('Groups') ? 4 : 0;
  return buffer.subarray(at + 2, at + 2 + buffer.readInt16BE(at)).toString('utf8');
}
