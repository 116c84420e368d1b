import { isUtf8 } from 'node:buffer';

/** A message of the manager interface: its fields in their order. Of a field that is there twice, the first. */
export type AmiMessage = ReadonlyMap<string, string>;

/** Longest line and longest message that are read, in bytes: far more than Asterisk sends of a call. */
const lineBytesMax = 16 * 1024;
const messageBytesMax = 128 * 1024;

const [lineFeed, carriageReturn] = [0x0a, 0x0d];

export interface MessageReader {
  /** The messages that a chunk of the stream completes. */
  readonly read: (chunk: Buffer) => AmiMessage[];
  /** The line that Asterisk greets with; null before. */
  readonly banner: () => string | null;
}

/**
 * Cuts the stream of a manager interface into messages: lines `Name: value`, and an empty line at the end. A line or a message
 * that is too long loses the excess, so that nothing fills the memory. @param onExcess is called for each line that is left out
 */
export function createMessageReader(onExcess: () => void): MessageReader {
  let banner: string | null = null;
  let rest: Buffer[] = [];
  let restBytes = 0;
  let fields = new Map<string, string>();
  let messageBytes = 0;

  /** The message that an empty line ends, if it has fields. */
  const endMessage = (): AmiMessage[] => {
    const message = fields;
    fields = new Map();
    messageBytes = 0;
    return message.size > 0 ? [message] : [];
  };
  const readLine = (line: Buffer, isExcess: boolean): AmiMessage[] => {
    const text = textOf(line);
    if (text === '' && !isExcess) return endMessage();
    messageBytes += line.length;
    if (isExcess || messageBytes > messageBytesMax) onExcess();
    else if (banner === null) banner = text;
    else addField(fields, text);
    return [];
  };
  const keepRest = (part: Buffer): void => {
    restBytes += part.length;
    if (restBytes <= lineBytesMax) rest.push(part);
    else rest = [];
  };
  const read = (chunk: Buffer): AmiMessage[] => {
    const messages: AmiMessage[] = [];
    let start = 0;
    for (let end = chunk.indexOf(lineFeed); end !== -1; end = chunk.indexOf(lineFeed, start)) {
      keepRest(chunk.subarray(start, end));
      messages.push(...readLine(Buffer.concat(rest), restBytes > lineBytesMax));
      rest = [];
      restBytes = 0;
      start = end + 1;
    }
    keepRest(chunk.subarray(start));
    return messages;
  };
  return { read, banner: () => banner };
}

/** Names of callers may come from old phones in Latin-1. */
function textOf(line: Buffer): string {
  const text = line.at(-1) === carriageReturn ? line.subarray(0, -1) : line;
  return text.toString(isUtf8(text) ? 'utf8' : 'latin1');
}

function addField(fields: Map<string, string>, line: string): void {
  const colon = line.indexOf(':');
  const name = line.slice(0, colon);
  if (colon < 1 || fields.has(name)) return;
  fields.set(name, line.slice(colon + 1).replace(/^ /, ''));
}
