import type { RecordHeaders } from '@callstream/contracts';
import { delegationBody, delegatorSourceName, identityPrefix } from '@callstream/domain';
import { eventUuid } from '@callstream/runtime';
import type { ProducerRecord } from '@callstream/runtime';
import type { UnpublishedDelegation } from '@callstream/tables';

/**
 * The record of an outcome. A function of its row alone: written twice, it is the same event, delivered twice.
 * @param partitionOf partition of a key
 */
export function recordOf(
  { callId, receivedAt, ownAt, rule, destination, outcome, reason, endedAt }: UnpublishedDelegation,
  { topic, partitionOf }: { readonly topic: string; readonly partitionOf: (key: string) => number },
): ProducerRecord {
  const type = `delegation.${outcome}` as const;
  const latencyMs = Math.max(0, Math.round(endedAt - receivedAt));
  const at = ownAt === null ? null : ownAt + latencyMs;
  const value = Buffer.from(delegationBody({ type, callId, rule, destination, latencyMs, reason, at }));
  const ended = new Date(endedAt).toISOString();
  const headers: RecordHeaders = {
    ce_specversion: '1.0',
    ce_id: eventUuid(value, ended, identityPrefix({ source: delegatorSourceName, sourceName: null })),
    ce_type: type,
    ce_source: '/callstream/delegator',
    ce_time: at === null ? ended : new Date(at).toISOString(),
    'content-type': 'application/json',
    received_at: ended,
    source: delegatorSourceName,
  };
  return { topic, key: callId, partition: partitionOf(callId), value, headers: { ...headers } };
}
