// Types only: at run time the client needs no schema, and a bundle of it has no zod.
import type { ServerMessage, Subscribe } from '@callstream/contracts';

/** What the server sends with this `event` and no failure. */
export type FrameOf<E extends ServerMessage['event']> = Extract<ServerMessage, { event: E }>;

/** Which calls are wanted: without `states` of every state, without `queues` of every queue and of none. */
export type Filter = Pick<Subscribe, 'states' | 'queues'>;

export type SnapshotData = FrameOf<'Snapshot'>['data'];
export type CallsChangedData = FrameOf<'CallsChanged'>['data'];

/** A frame of any kind, also of a kind that this client does not know. */
export interface ServerFrame {
  readonly event: string;
  readonly data: unknown;
  readonly status?: string;
  readonly id?: string | number;
  /** Of a list: there is more than it has. */
  readonly more?: true;
}

/** null if `text` is no frame. */
export function parseFrame(text: unknown): ServerFrame | null {
  if (typeof text !== 'string') return null;
  try {
    const frame = JSON.parse(text) as ServerFrame | null;
    return typeof frame?.event === 'string' ? frame : null;
  } catch {
    return null;
  }
}

/** Why a request failed, as the server says it; null if it did not. */
export function failureOf({ status, data }: ServerFrame): string | null {
  if (status !== 'Failed') return null;
  const { error } = (data ?? {}) as { error?: unknown };
  return typeof error === 'string' ? error : 'The server did not say why.';
}
