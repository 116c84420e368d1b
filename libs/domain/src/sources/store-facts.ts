import { safeText } from '../json.ts';
import { isPresenceFact } from '../kinds.ts';
import { limitText, refusalOf } from '../text-limits.ts';
import type { OverLongFields, TextField } from '../text-limits.ts';
import { prefixId } from './origin.ts';
import { factTexts } from './source.ts';
import type { SourceEvent, StatedFact } from './source.ts';

/** Most facts of one event. */
const eventFactsMax = 256;

/** Whether a field is an id of its source. An overflow goes to a queue; other destinations are numbers. */
const isId = (field: TextField, kind: string): boolean =>
  field === 'actor' || field === 'queue' || (field === 'destination' && kind === 'call.overflow');

/**
 * Makes what a source has read fit the tables: ids get the name of the instance, and all texts are limited, prefix included.
 * Facts about presence come first, because the row of the event is found by the kind of its first fact.
 */
export function storeFacts(event: SourceEvent, sourceName: string | null): SourceEvent | { readonly problem: string } {
  const { facts } = event;
  if (event.type === '') return { problem: 'The event has no type.' };
  if (facts.length > eventFactsMax) return { problem: `The event states more than ${eventFactsMax} facts.` };
  if (event.callId === null && new Set(facts.map(({ actor }) => actor)).size > 1)
    return { problem: 'The event names no call, and states facts about several agents.' };
  const overLong: OverLongFields = { refused: null, omitted: event.omitted === null ? null : [...event.omitted] };
  const store = (text: string | null, field: TextField): string | null =>
    text === null || text === '' ? null : limitText(safeText(text), field, overLong);
  const idOf = (id: string | null): string | null => (id === null || id === '' ? null : prefixId(id, sourceName));
  const storeFact = (fact: StatedFact): StatedFact => {
    const stored: { -readonly [K in keyof StatedFact]: StatedFact[K] } = { ...fact };
    stored.kind = store(fact.kind, 'type') ?? '';
    for (const [property, field] of factTexts)
      stored[property] = store(isId(field, fact.kind) ? idOf(fact[property]) : fact[property], field);
    return stored;
  };
  const stored: SourceEvent = {
    ...event,
    type: store(event.type, 'type') ?? '',
    callId: store(idOf(event.callId), 'call_id'),
    facts: presenceFirst(facts.map(storeFact)) as [StatedFact, ...StatedFact[]],
  };
  return overLong.refused === null ? { ...stored, omitted: overLong.omitted } : refusalOf(overLong.refused);
}

const presenceFirst = (facts: readonly StatedFact[]): StatedFact[] =>
  facts.toSorted((a, b) => Number(isPresenceFact(b)) - Number(isPresenceFact(a)));
