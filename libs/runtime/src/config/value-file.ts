import { isUtf8 } from 'node:buffer';
import { readFileSync, statSync } from 'node:fs';

/** More than any secret, key or certificate bundle needs, in bytes. */
const fileBytesMax = 1_000_000;

/** The text in `file`, without line breaks at the end. @throws {Error} with the file and the problem */
export function readValueFile(file: string): string {
  const { size, isFile } = statFile(file);
  if (!isFile) throw new Error(`${file} is not a file. (Docker creates a directory if a mounted file does not exist.)`);
  if (size > fileBytesMax) throw new Error(`${file} has ${size} bytes; at most ${fileBytesMax} are allowed.`);
  const text = decode(file).replace(/[\r\n]+$/, '');
  if (text === '') throw new Error(`${file} is empty.`);
  return text;
}

function statFile(file: string): { size: number; isFile: boolean } {
  try {
    const stats = statSync(file);
    return { size: stats.size, isFile: stats.isFile() };
  } catch (error) {
    throw unreadable(file, error);
  }
}

function decode(file: string): string {
  const bytes = read(file);
  if (!isUtf8(bytes)) throw new Error(`${file} is not UTF-8 text.`);
  return bytes.toString('utf8');
}

function read(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    throw unreadable(file, error);
  }
}

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'it does not exist',
  EACCES: 'permission denied',
  ENOTDIR: 'a part of its path is not a directory',
};

function unreadable(file: string, error: unknown): Error {
  const { code = '', message } = error as NodeJS.ErrnoException;
  return new Error(`${file} cannot be read: ${reasons[code] ?? message}.`);
}
