import { parseJsonObject } from '../../json.ts';
import { hintedDirections } from './ami-event.ts';
import type { AsteriskHints } from './ami-event.ts';

const utf8 = new TextEncoder();
const noHints: AsteriskHints = {};

type ReadHints = AsteriskHints | { readonly problem: string };

let last: { readonly header: string; readonly read: ReadHints } | null = null;

/**
 * Reads the header `hints`: a JSON object. Fields that are not known are left out. Caches the last header: all lines of an import have the
 * same.
 */
export function parseHints(header: string | null): ReadHints {
  if (header === null) return noHints;
  if (last?.header !== header) last = { header, read: readHints(header) };
  return last.read;
}

function readHints(header: string): ReadHints {
  const read = parseJsonObject(utf8.encode(header));
  if ('problem' in read) return { problem: 'The header "hints" is not a JSON object.' };
  const { direction, queue, imported } = read.object;
  const known = hintedDirections.find((each) => each === direction);
  if (direction !== undefined && known === undefined)
    return { problem: `"direction" in the header "hints" is none of ${hintedDirections.join(', ')}.` };
  return {
    ...(known !== undefined && { direction: known }),
    ...(typeof queue === 'string' && queue !== '' && { queue }),
    ...(imported === true && { imported }),
  };
}
