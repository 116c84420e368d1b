import type { CallEvent } from '../src/index.ts';
import { defaultRules } from './agents.ts';
import { boardViewOf } from './board-view.ts';
import { whyNotRinging, whyNotTalking, whyNotWaiting } from './oracle.ts';

/** All that is open at `now` without a reason, by the table. */
export function violationsAt(delivered: readonly CallEvent[], now: number): string[] {
  const events = firstDeliveries(delivered);
  const shown = boardViewOf(delivered, now, defaultRules);
  const parts = (who: string): [string, string] => [
    who.slice(0, who.indexOf(' on ')),
    who.slice(who.indexOf(' on ') + 4),
  ];
  const why = [
    ...[...shown.waits].map(([callId, queue]) => {
      const since = shown.calls.get(callId)?.waitingSince ?? NaN;
      const ofCall = events.filter((event) => event.callId === callId);
      return [`${callId} waits in "${queue}"`, whyNotWaiting(ofCall, queue, since)];
    }),
    ...[...shown.talks].map((who) => {
      const [actor, callId] = parts(who);
      return [`${who} talks`, whyNotTalking(events, actor, { callId, takesSeveral: false })];
    }),
    ...[...shown.rings].map((who) => {
      const [actor, callId] = parts(who);
      const on = { callId, now: now - (shown.calls.get(callId)?.delayMs ?? 0), ringMsMax: defaultRules.ringMsMax };
      return [`${who} rings`, whyNotRinging(events, actor, on)];
    }),
  ];
  return why.filter(([, reason]) => reason !== null).map(([what, reason]) => `${what}, but ${reason}`);
}

function firstDeliveries(events: readonly CallEvent[]): CallEvent[] {
  const first = new Map<string, CallEvent>();
  for (const event of events.toSorted((a, b) => a.id - b.id)) if (!first.has(event.uuid)) first.set(event.uuid, event);
  return [...first.values()];
}
