import { jsonbSafe, parseJsonObject } from '../../json.ts';
import type { Source, SourceEvent, StatedFact } from '../source.ts';
import { agentOf, amiEvent, callOf } from './ami-event.ts';
import type { AmiEvent } from './ami-event.ts';
import { parseHints } from './hints.ts';
import { identityOf } from './identity.ts';
import { meanings } from './meanings.ts';

/** Events of the manager interface (AMI) of an Asterisk: a JSON object whose keys are the fields of the event. */
export const asterisk: Source = {
  name: 'asterisk',
  read: (value, header) => {
    const read = parseJsonObject(value);
    if ('problem' in read) return read;
    const hints = parseHints(header);
    if ('problem' in hints) return hints;
    const event = amiEvent(read.object, hints);
    if (event.name === '') return { problem: 'The event has no "Event".' };
    const meaning = meanings.get(event.name);
    const problem = problemOf(event, meaning?.names ?? []);
    if (problem !== null) return { problem };
    return readEvent(event, {
      json: jsonbSafe(read.text),
      count: read.object['CallstreamCount'],
      facts: meaning?.facts(event) ?? [unknownFact(event)],
    });
  },
};

function problemOf(event: AmiEvent, names: readonly ('call' | 'agent')[]): string | null {
  // The name is one of `meanings`, so the problem quotes nothing of the value.
  if (names.includes('call') && callOf(event) === null)
    return `The event "${event.name}" names no call: it has no "Linkedid".`;
  if (names.includes('agent') && agentOf(event) === null)
    return `The event "${event.name}" names no agent: it has neither "MemberName" nor "Interface".`;
  return null;
}

function readEvent(
  event: AmiEvent,
  { json, count, facts }: { json: string; count: unknown; facts: SourceEvent['facts'] },
): SourceEvent {
  const { at, isTimed } = identityOf(event, count);
  return { type: event.name, json, callId: callOf(event), at, isTimed, facts, omitted: null };
}

/** An event that is not known is stored under its name, so that it is counted. */
const unknownFact = (event: AmiEvent): StatedFact => ({
  kind: event.name,
  actor: null,
  queue: event.field('Queue'),
  code: null,
  number: null,
  destination: null,
  url: null,
  direction: null,
  ourNumber: null,
  theirNumber: null,
  theirNumberType: null,
});
