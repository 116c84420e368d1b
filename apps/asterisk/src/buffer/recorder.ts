import type { DialplanJudge } from '@callstream/domain';
import type { Log } from '@callstream/runtime';
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
  readonly store: Pick<StateStore, 'saveBegun' | 'save'>;
  readonly spool: Pick<Spool, 'add'>;
  readonly judge: DialplanJudge;
  readonly counter: EventCounter;
  readonly metrics: Pick<AsteriskMetrics, 'buffered' | 'incomplete'>;
  readonly log: Log;
}

export interface Recorder {
  /**
   * Follows the events at once, and resolves when they are in the buffer. @throws {Error} if the buffer is full, or its disk fails;
   * from then on always, because what follows would hide from the next session that an event is missing
   */
  readonly record: (events: readonly AmiMessage[]) => Promise<void>;
  /** Follows calls whose begin was missed; nothing is posted of them. */
  readonly addCalls: (calls: readonly string[]) => Promise<void>;
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
export function createRecorder({ state, store, spool, judge, counter, metrics, log }: RecorderOptions): Recorder {
  const watches = new Set<Set<string>>();
  const saidIncomplete = new Set<string>();
  /** Each name of an event once per connection: an Asterisk leaves out the same fields again and again. */
  const reportIncomplete = (event: AmiMessage): void => {
    metrics.incomplete.inc();
    const name = event.get('Event') ?? '';
    if (!saidIncomplete.has(name)) log.warn({ event: name }, 'asterisk.event-incomplete');
    saidIncomplete.add(name);
  };
  let stored: Promise<void> = Promise.resolve();
  const afterOthers = (work: () => Promise<void> | void): Promise<void> => {
    stored = stored.then(work);
    // Its caller gets the error; this only keeps Node from ending the process if there is none yet.
    stored.catch(() => undefined);
    return stored;
  };
  return {
    record: (events) => {
      for (const subjects of watches) for (const event of events) subjects.add(subjectOf(event));
      const { begun, changed } = state.follow(events);
      const records = events.map((event) => eventRecord(event, judge, counter));
      return afterOthers(async () => {
        store.saveBegun(begun);
        await Promise.all(records.map((record) => spool.add(record)));
        metrics.buffered.inc(records.length);
        for (const [i, event] of events.entries()) if (records[i]?.isIncomplete) reportIncomplete(event);
        store.save(changed);
      });
    },
    addCalls: (calls) => {
      const { changed } = state.addCalls(calls);
      return afterOthers(() => store.save(changed));
    },
    watchSubjects: () => {
      const subjects = new Set<string>();
      watches.add(subjects);
      return { has: (subject) => subjects.has(subject), [Symbol.dispose]: () => void watches.delete(subjects) };
    },
  };
}
