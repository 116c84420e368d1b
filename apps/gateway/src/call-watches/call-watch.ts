import type { SocketClient } from '../outbox/socket-client.ts';
import type { LiveEvent } from './live-event.ts';

/**
 * ```
 *                    stored events sent
 *  watch ─▶ reading ────────────────────▶ live
 *           │  ▲ │                          │
 *           │  └─┘ too much held: read      │
 *           │      Postgres again           │
 *           └──────── unwatch ──────────────┴─▶ no longer in the index
 * ```
 */
type WatchState =
  /** The stored events are being read from Postgres; `held` came meanwhile. */
  { readonly kind: 'reading'; readonly held: LiveEvent[] } | { readonly kind: 'live' };

/** A client that watches the events of a call. */
export interface CallWatch {
  readonly client: SocketClient;
  readonly callId: string;
  state: WatchState;
}

/** Ends the current state and returns the events that were held in it. */
export function enter(watch: CallWatch, next: WatchState['kind']): readonly LiveEvent[] {
  const held = heldEvents(watch);
  for (const event of held) watch.client.release(event);
  watch.state = next === 'live' ? { kind: 'live' } : { kind: 'reading', held: [] };
  return held;
}

export const heldEvents = ({ state }: CallWatch): readonly LiveEvent[] => (state.kind === 'reading' ? state.held : []);

/** The watches of all clients, by call and by client. */
export class CallWatchIndex {
  readonly #byCall = new Map<string, Set<CallWatch>>();
  readonly #byClient = new Map<SocketClient, Map<string, CallWatch>>();

  ofCall(callId: string): ReadonlySet<CallWatch> | undefined {
    return this.#byCall.get(callId);
  }

  ofClient(client: SocketClient): ReadonlyMap<string, CallWatch> {
    return this.#byClient.get(client) ?? new Map<string, CallWatch>();
  }

  isEmpty(): boolean {
    return this.#byCall.size === 0;
  }

  /** Whether the watch was neither removed nor replaced. */
  has(watch: CallWatch): boolean {
    return this.ofClient(watch.client).get(watch.callId) === watch;
  }

  /** Adds a watch in the state `reading`, in place of the client's watch of the same call. */
  add(client: SocketClient, callId: string): CallWatch {
    this.remove(client, callId);
    const watch: CallWatch = { client, callId, state: { kind: 'reading', held: [] } };
    const ofClient = this.#byClient.get(client) ?? new Map<string, CallWatch>();
    this.#byClient.set(client, ofClient.set(callId, watch));
    this.#byCall.set(callId, (this.#byCall.get(callId) ?? new Set()).add(watch));
    return watch;
  }

  remove(client: SocketClient, callId: string): void {
    const ofClient = this.#byClient.get(client);
    const watch = ofClient?.get(callId);
    if (!ofClient || !watch) return;
    enter(watch, 'live');
    ofClient.delete(callId);
    if (ofClient.size === 0) this.#byClient.delete(client);
    const ofCall = this.#byCall.get(callId);
    ofCall?.delete(watch);
    if (ofCall?.size === 0) this.#byCall.delete(callId);
  }
}
