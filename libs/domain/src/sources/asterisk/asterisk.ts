import { jsonbSafe, parseJsonObject } from '../../json.ts';
import type { Source, SourceEvent, StatedFact } from '../source.ts';
import { amiEvent, linkedidOf } from './ami-event.ts';
import type { AmiEvent } from './ami-event.ts';
import { parseHints } from './hints.ts';
import { identityOf } from './identity.ts';
import { factOf, factsOf, meanings } from './meanings.ts';
import { isQueueLogBody, readQueueLogBody } from './queue-log/queue-log.ts';

/**
 * Events of the manager interface (AMI) of an Asterisk: a JSON object whose keys are the fields of the event. And lines of its
 * queue_log: a JSON object with the `line`.
 */
export const asterisk: Source = {
  name: 'asterisk',
  read: (value, header) => {
    const read = parseJsonObject(value);
    if ('problem' in read) return read;
    const hints = parseHints(header);
    if ('problem' in hints) return hints;
    if (isQueueLogBody(read.object))
      return readQueueLogBody(read.object, jsonbSafe(read.text), hints.imported === true);
    const event = amiEvent((name) => read.object[name], hints);
    if (event.name === '') return { problem: 'The event has no "Event".' };
    const meaning = meanings.get(event.name);
    const facts = meaning === undefined ? ([unknownFact(event)] as const) : factsOf(event, meaning);
    return readEvent(event, { json: jsonbSafe(read.text), count: read.object['CallstreamCount'], facts });
  },
};

function readEvent(
  event: AmiEvent,
  { json, count, facts }: { json: string; count: unknown; facts: SourceEvent['facts'] },
): SourceEvent {
  const { at, isTimed } = identityOf(event, count);
  return { type: event.name, json, callId: linkedidOf(event), at, isTimed, facts, omitted: null };
}

/** An event that is not known is stored under its name, so that it is counted. */
const unknownFact = (event: AmiEvent): StatedFact => factOf(event.name, { queue: event.field('Queue') });
