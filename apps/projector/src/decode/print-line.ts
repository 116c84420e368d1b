import { factsJson } from '@callstream/domain';
import type { CallEvent, FactJson } from '@callstream/domain';
import { printable } from '@callstream/resilience';
import type { DecodedLine } from './decode-lines.ts';
import { describeFact } from './describe-fact.ts';

/** All facts of an event, also if its row states the only one. */
const factsOf = (event: CallEvent): readonly FactJson[] =>
  factsJson({ facts: event.facts ?? [event], ownAt: null }) ?? [];

/** A line for programs. */
export function jsonOf({ line, decoded }: DecodedLine): object {
  if ('problem' in decoded) return { line, problem: decoded.problem };
  const { event } = decoded;
  const facts = factsOf(event).map((fact) => ({ ...fact, means: describeFact(fact) }));
  return {
    line,
    at: new Date(event.at).toISOString(),
    clock: event.clock,
    call_id: event.callId,
    type: event.type,
    facts,
  };
}

/** A line for people: number, time in UTC, call, name of the event, and what it means. */
export function textOf({ line, decoded }: DecodedLine): string {
  const number = String(line).padStart(6);
  if ('problem' in decoded) return `${number}  problem: ${printable(decoded.problem)}`;
  const { event } = decoded;
  const [callId, type] = [printable(event.callId ?? '–'), printable(event.type)];
  const time = new Date(event.at).toISOString().slice(11, 23);
  // A time that is no time of the event is marked.
  const clock = event.clock === 'own' || event.clock === 'imported' ? ' ' : '~';
  const meaning = factsOf(event).map(describeFact).join('; ');
  return `${number} ${clock}${time}  ${callId.padEnd(18)}  ${type.padEnd(20)}  ${printable(meaning)}`;
}
