import { parseJsonObject } from '../../json.ts';
import { amiEvent, isFirstChannel } from './ami-event.ts';
import type { AmiEvent, AsteriskHints } from './ami-event.ts';

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

/** The header `hints` of an AMI event; null if nothing is to be said of it. */
export function judgeDialplan(value: Uint8Array, dialplan: Dialplan): string | null {
  const read = parseJsonObject(value);
  if ('problem' in read) return null;
  const event = amiEvent(read.object, {});
  const hints = event.name === 'Newchannel' ? ofChannel(event, dialplan) : ofVariable(event, dialplan);
  return hints === null ? null : JSON.stringify(hints);
}

function ofChannel(event: AmiEvent, dialplan: Dialplan): AsteriskHints | null {
  const context = event.field('Context');
  const dialled = event.field('Exten');
  if (!isFirstChannel(event) || context === null) return null;
  if (dialplan.incomingContexts.some((name) => globOf(name).test(context))) return { direction: 'inbound' };
  if (dialled === null || dialled === 's') return null;
  const isDialled = (patterns: readonly string[]): boolean => patterns.some((each) => patternOf(each).test(dialled));
  if (isDialled(dialplan.featureCodes)) return { direction: 'none' };
  return { direction: isDialled(dialplan.extensions) ? 'internal' : 'outbound' };
}

function ofVariable({ name, field }: AmiEvent, { queueContexts }: Dialplan): AsteriskHints | null {
  if (name !== 'VarSet' || field('Variable') !== 'QUEUESTATUS') return null;
  const named = new Map(Object.entries(queueContexts)).get(field('Context') ?? '');
  const queue = named === null ? field('Exten') : named;
  return queue === null || queue === undefined ? null : { queue };
}

const escape = (text: string): string => text.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
const globOf = (glob: string): RegExp => new RegExp(`^${glob.split('*').map(escape).join('.*')}$`, 'u');

const classes = new Map([
  ['X', '[0-9]'],
  ['Z', '[1-9]'],
  ['N', '[2-9]'],
  ['.', '.+'],
  ['!', '.*'],
]);

/** A pattern of extensions.conf: `_NXX`, `_2[0-4]X`, `_9.`; without `_` it is the extension itself. */
function patternOf(pattern: string): RegExp {
  if (!pattern.startsWith('_')) return new RegExp(`^${escape(pattern)}$`, 'u');
  const parts = pattern.slice(1).match(/\[[0-9-]+\]|./gu) ?? [];
  const source = parts.map((part) => classes.get(part.toUpperCase()) ?? (part.length > 1 ? part : escape(part)));
  return new RegExp(`^${source.join('')}$`, 'u');
}
