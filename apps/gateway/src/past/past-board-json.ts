import type { PastBoard } from '@callstream/contracts';
import type { Scope } from '../access/scope.ts';
import { truncatedJsonList } from '../numbers/truncated-list.ts';
import { serialize } from '../numbers/view-cache.ts';
import { openField } from '../open-field.ts';
import type { PastCall, PastSnapshot } from './read-past-board.ts';

type PastBoardHead = Pick<PastBoard, 'at' | 'known' | 'note' | 'late_events' | 'late_calls'>;

/** Most call_ids of calls with late events in an answer. */
const lateCallsMax = 1_000;

/** The JSON of a past board, as a scope may see it. */
export async function pastBoardJson(past: PastSnapshot, scope: Scope): Promise<Buffer> {
  const { at, known, snapshot } = past;
  const calls = past.calls.filter(({ queue }) => scope.includes(queue)).toSorted(unfinishedFirst);
  const late = calls.filter(({ lateEvents }) => lateEvents > 0);
  const head: PastBoardHead = {
    at: new Date(at).toISOString(),
    known,
    ...noteOf(past),
    late_events: late.reduce((sum, { lateEvents }) => sum + lateEvents, 0),
    late_calls: late.slice(0, lateCallsMax).map(({ callId }) => callId),
  };
  const texts = calls.values().map(({ text }) => scope.show(text).json);
  const { bytes: queues } = await serialize(snapshot, { kind: 'Queues', scope });
  const { bytes: agents } = await serialize(snapshot, { kind: 'Agents', scope });
  const { json } = await truncatedJsonList(texts);
  const begin = `${openField(head, 'calls')}${json},"queues":`;
  return Buffer.concat([Buffer.from(begin), queues, Buffer.from(',"agents":'), agents, Buffer.from('}')]);
}

const unfinishedFirst = (a: PastCall, b: PastCall): number =>
  Number(a.finishedAt !== null) - Number(b.finishedAt !== null) || b.id - a.id;

function noteOf({ firstReceivedAt }: PastSnapshot): Pick<PastBoard, 'note'> {
  if (firstReceivedAt === null) return {};
  return {
    note: `Nothing is known of this time: callstream received the first call at ${new Date(firstReceivedAt).toISOString()}.`,
  };
}
