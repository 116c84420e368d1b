import type { CallDetails } from '@callstream/tables';
import type { NameMaps } from './name-maps.ts';

/** Rows of queues, with their names. */
export const withQueueNames = <Row extends { readonly queue: string }>(rows: readonly Row[], { queues }: NameMaps) =>
  rows.map((row) => ({ ...row, name: queues.get(row.queue) }));

/** Rows of calls, with the names of their queues. */
export const withCallNames = <Row extends { readonly queue: string | null }>(rows: readonly Row[], names: NameMaps) =>
  rows.map((row) => ({ ...row, queue_name: queueName(row, names) }));

/** A call with the names of all queues and agents that it had: who may see a call may see all of it. */
export function withDetailNames(call: CallDetails, names: NameMaps) {
  const named = <Row extends { readonly queue: string | null; readonly actor: string | null }>(rows: readonly Row[]) =>
    rows.map((row) => ({
      ...row,
      queue_name: queueName(row, names),
      actor_name: row.actor === null ? undefined : names.agents.get(row.actor),
    }));
  return {
    ...call,
    queue_name: queueName(call, names),
    visits: named(call.visits),
    segments: named(call.segments),
    agents: named(call.agents),
  };
}

const queueName = ({ queue }: { readonly queue: string | null }, { queues }: NameMaps): string | undefined =>
  queue === null ? undefined : queues.get(queue);
