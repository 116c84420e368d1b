import type { Dialplan } from '@callstream/domain';
import type { Spool } from '@callstream/spool';
import type { AmiMessage } from '../ami/read-messages.ts';
import { callOf } from '../gap/open-state.ts';
import type { OpenState } from '../gap/open-state.ts';
import type { StateStore } from '../gap/state-store.ts';
import type { AsteriskMetrics } from '../metrics.ts';
import { eventRecord } from './event-record.ts';
import type { EventCounter } from './event-record.ts';

export interface RecorderOptions {
  readonly state: OpenState;
  readonly store: Pick<StateStore, 'save'>;
  readonly spool: Pick<Spool, 'add'>;
  readonly dialplan: Dialplan;
  readonly counter: EventCounter;
  readonly metrics: Pick<AsteriskMetrics, 'buffered'>;
}

export interface Recorder {
  /** Follows the events at once, and resolves when they are in the buffer. @throws {Error} if the buffer is full, or its disk fails */
  readonly record: (events: readonly AmiMessage[]) => Promise<void>;
  /** Follows a call whose begin was missed; nothing is posted of it. */
  readonly addCall: (call: string) => void;
  /** The calls and members that events name from now on, until it is disposed. */
  readonly watchSubjects: () => WatchedSubjects;
}

interface WatchedSubjects extends Disposable {
  readonly has: (subject: string) => boolean;
}

/** The call that an event is about, or else the member of a queue. */
export const subjectOf = (event: AmiMessage): string =>
  callOf(event) || `${event.get('Queue') ?? ''} ${event.get('Interface') ?? event.get('Location') ?? ''}`;

/** Stores events in the buffer, and what is open after them beside it. */
export function createRecorder({ state, store, spool, dialplan, counter, metrics }: RecorderOptions): Recorder {
  const watches = new Set<Set<string>>();
  let stored: Promise<unknown> = Promise.resolve();
  return {
    record: (events) => {
      for (const subjects of watches) for (const event of events) subjects.add(subjectOf(event));
      const changes = events.flatMap((event) => state.follow(event));
      const records = events.map((event) => eventRecord(event, dialplan, counter));
      const recorded = stored.then(async () => {
        store.save(changes.filter(({ entry }) => entry !== null));
        await Promise.all(records.map((record) => spool.add(record)));
        metrics.buffered.inc(records.length);
        // What was opened and closed by the same events is removed here too.
        store.save(changes.filter(({ key, entry }) => entry === null && !state.open.has(key)));
      });
      stored = recorded.catch(() => undefined);
      return recorded;
    },
    addCall: (call) => store.save(state.addCall(call)),
    watchSubjects: () => {
      const subjects = new Set<string>();
      watches.add(subjects);
      return { has: (subject) => subjects.has(subject), [Symbol.dispose]: () => void watches.delete(subjects) };
    },
  };
}
