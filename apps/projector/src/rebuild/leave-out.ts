import { setTimeout as pause } from 'node:timers/promises';
import { deadLetterTopic, topicExists } from '@callstream/runtime';
import type { LogRecord } from '@callstream/runtime';
import { classify } from '@callstream/tables';
import { readBox } from '../dlq/box.ts';
import type { Dlq } from '../dlq/box.ts';
import { ProjectionStopped } from '../stopped.ts';

/** Whether a record is to be left out of the tables. */
export type LeaveOut = (record: LogRecord) => boolean;

export interface LeavingOut extends Dlq {
  readonly signal: AbortSignal;
  readonly say: (line: string) => void;
}

/** The live projector meets what comes now at about the same time as we do: so long it has to put it aside, in ms. */
const putAsideWithinMs = 5_000;
const lookEveryMs = 500;

/**
 * Does `work` with everything; if Postgres refuses something, again without the records that the live projector has put
 * aside because it was refused them. Here nothing is put aside.
 * @throws {ProjectionStopped} if Postgres refuses what is not on the DLQ
 */
export async function leavingOut<T>(on: LeavingOut, work: (leaveOut: LeaveOut) => Promise<T>): Promise<T> {
  const left = new Set<string>();
  const attempt = async (refused: ReadonlySet<string>): Promise<{ result: T } | { refusal: Error }> => {
    const leaveOut: LeaveOut = (record) => {
      const isRefused = refused.size > 0 && refused.has(idOf(record));
      if (isRefused) left.add(idOf(record));
      return isRefused;
    };
    try {
      return { result: await work(leaveOut) };
    } catch (error) {
      if (classify(error) !== 'data') throw error;
      return { refusal: error as Error };
    }
  };
  let outcome = await attempt(new Set());
  const deadline = performance.now() + putAsideWithinMs;
  while ('refusal' in outcome) {
    if (performance.now() > deadline) throw notPutAside(outcome.refusal);
    await pause(lookEveryMs, undefined, { signal: on.signal });
    outcome = await attempt(await readRefused(on));
  }
  if (left.size > 0)
    on.say(`Left out, as Postgres refuses them: ${left.size} records. npm run projector -- dlq list --kind refused`);
  return outcome.result;
}

/** Of a log made anew, another record may have the same offset: the time tells them apart. */
const idOf = ({ partition, offset, timestamp }: LogRecord): string => `${partition}:${offset}:${timestamp}`;

/** The records that were put aside because Postgres refused them. */
async function readRefused({ kafka, topic, log }: Dlq): Promise<Set<string>> {
  if (!(await topicExists(kafka, deadLetterTopic(topic)))) return new Set();
  const { entries } = await readBox({ kafka, topic, log });
  return new Set(entries.filter(({ kind }) => kind === 'refused').map(({ id, timestamp }) => `${id}:${timestamp}`));
}

const notPutAside = (refusal: Error): ProjectionStopped =>
  new ProjectionStopped(
    `Postgres refuses what this code makes of a record of the log, and the live projector has not put that record aside: ${refusal.message}. The live tables are as they were. A projector with a mended "decode" is needed.`,
    { cause: refusal },
  );
