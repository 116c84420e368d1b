import { parseJsonObject } from '../../json.ts';
import { amiEvent, isFirstChannel } from './ami-event.ts';
import type { AmiEvent, AsteriskHints } from './ami-event.ts';
import { globOf, patternOf } from './dialplan-pattern.ts';

/** What a connector must know of the dial plan of its PBX. */
export interface Dialplan {
  /** Contexts into which lines from outside call; `*` stands for any text. */
  readonly incomingContexts: readonly string[];
  /** What agents dial to change something, as patterns of Asterisk: `_*X!`. */
  readonly featureCodes: readonly string[];
  /** Extensions of the PBX, as patterns of Asterisk: `_2XX`. Any other number that an agent dials is outside. */
  readonly extensions: readonly string[];
  /** Contexts that send callers into a queue, and its name; null: it is the extension in that context. */
  readonly queueContexts: Readonly<Record<string, string | null>>;
}

/** Fits FreePBX and distributions of it. */
export const defaultDialplan: Dialplan = {
  incomingContexts: ['from-trunk*', 'from-pstn*', 'from-did*', 'from-sip-external', 'from-dahdi*'],
  featureCodes: ['_*!', '_#!'],
  extensions: ['_XX', '_XXX', '_XXXX', '_XXXXX'],
  queueContexts: { 'ext-queues': null },
};

/** The header `hints` of an AMI event, whose value this is; null if nothing is to be said of it. */
export type DialplanJudge = (value: Uint8Array) => string | null;

/** @throws {Error} naming a pattern that cannot be read */
export function createDialplanJudge({
  incomingContexts,
  featureCodes,
  extensions,
  queueContexts,
}: Dialplan): DialplanJudge {
  const isIncoming = anyOf(incomingContexts.map(globOf));
  const isFeatureCode = anyOf(featureCodes.map(patternOf));
  const isExtension = anyOf(extensions.map(patternOf));
  const queues = new Map(Object.entries(queueContexts));

  const ofChannel = (event: AmiEvent): AsteriskHints | null => {
    const [context, dialled] = [event.field('Context'), event.field('Exten')];
    if (!isFirstChannel(event) || context === null) return null;
    if (isIncoming(context)) return { direction: 'inbound' };
    if (dialled === null || dialled === 's') return null;
    if (isFeatureCode(dialled)) return { direction: 'none' };
    return { direction: isExtension(dialled) ? 'internal' : 'outbound' };
  };
  const ofVariable = ({ name, field }: AmiEvent): AsteriskHints | null => {
    if (name !== 'VarSet' || field('Variable') !== 'QUEUESTATUS') return null;
    const named = queues.get(field('Context') ?? '');
    const queue = named === null ? field('Exten') : named;
    return queue === null || queue === undefined ? null : { queue };
  };
  return (value) => {
    const read = parseJsonObject(value);
    if ('problem' in read) return null;
    const event = amiEvent((name) => read.object[name]);
    const hints = event.name === 'Newchannel' ? ofChannel(event) : ofVariable(event);
    return hints === null ? null : JSON.stringify(hints);
  };
}

const anyOf =
  (patterns: readonly RegExp[]) =>
  (text: string): boolean =>
    patterns.some((pattern) => pattern.test(text));

/** Why Asterisk would not take a pattern of extensions; null if it would. */
export function patternProblem(pattern: string): string | null {
  try {
    patternOf(pattern);
    return null;
  } catch (error) {
    return (error as Error).message;
  }
}

/** Reads `context=queue`, or `context=` where the extension in that context is the queue; null if it is neither. */
export function parseQueueContext(text: string): readonly [context: string, queue: string | null] | null {
  const [, context, queue] = /^([^=]+)=(.*)$/.exec(text) ?? [];
  if (context === undefined) return null;
  return [context, queue === undefined || queue === '' ? null : queue];
}
