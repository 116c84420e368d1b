// Types only, so that the bundle of a dashboard has no zod.
import type { ServerMessage, Subscribe } from '@callstream/contracts';
import { withBodies } from './event-bodies.ts';
import type { EventWithBody } from './event-bodies.ts';

/** What this client adds to frames: {@link withBodies}. */
interface Added {
  readonly CallEvents: { readonly data: { readonly events: readonly EventWithBody[] } };
  readonly CallEventAdded: { readonly data: { readonly event: EventWithBody } };
}

/** The frame that the server sends for this `event`, unless it fails. */
export type FrameOf<E extends ServerMessage['event']> = Extract<ServerMessage, { event: E }> &
  (E extends keyof Added ? Added[E] : unknown);

/** Which calls are on the board. Default: of every state; of every queue, and without a queue. */
export type Filter = Pick<Subscribe, 'states' | 'queues'>;

export type SnapshotData = FrameOf<'Snapshot'>['data'];
export type CallsChangedData = FrameOf<'CallsChanged'>['data'];

/** A frame of any event, also of one that this client does not know. */
export interface ServerFrame {
  readonly event: string;
  readonly data: unknown;
  readonly status?: string;
  readonly id?: string | number;
  /** Why a request failed. */
  readonly error?: unknown;
  /** The list is incomplete. */
  readonly more?: true;
}

/** null if `text` is not a frame of the protocol. */
export function parseFrame(text: unknown): ServerFrame | null {
  if (typeof text !== 'string') return null;
  try {
    const frame = JSON.parse(text) as ServerFrame | null;
    return typeof frame?.event === 'string' ? withBodies(frame, text) : null;
  } catch {
    return null;
  }
}

/** The server's error message of a failed request; null if it succeeded. */
export function failureOf({ status, error }: ServerFrame): string | null {
  if (status !== 'Failed') return null;
  return typeof error === 'string' ? error : 'The server gave no reason.';
}
