import { parseJsonObject } from '../../json.ts';
import { hintedDirections } from './ami-event.ts';
import type { AsteriskHints } from './ami-event.ts';

const utf8 = new TextEncoder();
const noHints: AsteriskHints = {};

/** Reads the header `hints`: a JSON object. Fields that are not known are left out. */
export function parseHints(header: string | null): AsteriskHints | { readonly problem: string } {
  if (header === null) return noHints;
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
