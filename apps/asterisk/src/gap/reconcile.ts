import type { Ami } from '../ami/connection.ts';
import { subjectOf } from '../buffer/recorder.ts';
import type { Recorder } from '../buffer/recorder.ts';
import { differences } from './close-gap.ts';
import type { OpenState } from './open-state.ts';
import { askPresent } from './present.ts';

/** Most questions about what changes while it is asked. */
const roundsMax = 5;

export interface ReconcileOptions {
  readonly ami: Pick<Ami, 'list' | 'ping'>;
  readonly state: OpenState;
  readonly recorder: Recorder;
  /** Also post members of queues that are known already: after a connect. */
  readonly allMembers: boolean;
}

/**
 * Asks the PBX what is going on, and posts what the log cannot know. What events name meanwhile is asked again, because the answer
 * may be older or younger than the events. @returns number of events that were posted; whether the PBX said which calls there are
 */
export async function reconcile({
  ami,
  state,
  recorder,
  allMembers,
}: ReconcileOptions): Promise<{ posted: number; hasCalls: boolean }> {
  let [posted, hasCalls] = [0, true];
  for (let round = 1; round <= roundsMax; round++) {
    using changing = recorder.watchSubjects();
    const present = await askPresent(ami);
    hasCalls = present.calls !== null;
    // The PBX delivers the events from before the question before it answers this one.
    await ami.ping();
    const events = differences(state, present, { allMembers: allMembers && round === 1 });
    const settled = events.filter((event) => !changing.has(subjectOf(event)));
    const alive = [...(present.calls?.alive.keys() ?? [])];
    await recorder.addCalls(alive.filter((call) => !changing.has(call)));
    posted += settled.length;
    await recorder.record(settled);
    if (settled.length === events.length) break;
  }
  return { posted, hasCalls };
}
