import { endOfJsonString } from '@callstream/domain';

/** JSON text with a line for each value, as JSON.stringify writes it, but numbers and strings keep their spelling. */
export function indentJson(json: string): string {
  const pieces: string[] = [];
  let depth = 0;
  const newLine = (): void => void pieces.push('\n', '  '.repeat(depth));
  for (let i = 0; i < json.length; i++) {
    const char = json.charAt(i);
    if (char === '"') {
      const end = endOfJsonString(json, i);
      pieces.push(json.slice(i, end));
      i = end - 1;
    } else if (char === '{' || char === '[') {
      pieces.push(char);
      depth++;
      if (!isClosedNext(json, i)) newLine();
    } else if (char === '}' || char === ']') {
      depth--;
      const last = pieces.at(-1);
      if (last !== '{' && last !== '[') newLine();
      pieces.push(char);
    } else if (char === ',') {
      pieces.push(char);
      newLine();
    } else if (char === ':') pieces.push(': ');
    else if (!isBlank(char)) pieces.push(char);
  }
  return pieces.join('');
}

const isBlank = (char: string): boolean => char === ' ' || char === '\n' || char === '\r' || char === '\t';

/** Whether nothing is between the bracket at `index` and the one that closes it. */
function isClosedNext(json: string, index: number): boolean {
  let next = index + 1;
  while (isBlank(json.charAt(next))) next++;
  return json.charAt(next) === '}' || json.charAt(next) === ']';
}
