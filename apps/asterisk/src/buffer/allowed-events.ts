import type { AmiMessage } from '../ami/read-messages.ts';

/** Events that say something of calls, queues and agents. All others stay at the PBX. */
const allowed: ReadonlySet<string> = new Set([
  'Newchannel',
  'Hangup',
  'DialEnd',
  'BlindTransfer',
  'AttendedTransfer',
  'Hold',
  'Unhold',
  'QueueCallerJoin',
  'QueueCallerLeave',
  'QueueCallerAbandon',
  'AgentCalled',
  'AgentRingNoAnswer',
  'AgentConnect',
  'AgentComplete',
  'QueueMemberAdded',
  'QueueMemberRemoved',
  'QueueMemberPause',
]);

/** Channel variables that are posted. Others may hold secrets: passwords, PINs, card numbers. */
const allowedVariables: ReadonlySet<string> = new Set(['QUEUESTATUS', 'MIXMONITOR_FILENAME']);

export function isAllowed(event: AmiMessage): boolean {
  const name = event.get('Event') ?? '';
  return allowed.has(name) || (name === 'VarSet' && allowedVariables.has(event.get('Variable') ?? ''));
}

/** The fields to post. Settings of a PBX (`channelvars`, `eventwhencalled`) add any variables to any event. */
export const allowedFields = (event: AmiMessage): [string, string][] =>
  [...event].filter(([name]) => !/variable/i.test(name) || (name === 'Variable' && event.get('Event') === 'VarSet'));
