import { isUtf8 } from 'node:buffer';
import { readFileSync, statSync } from 'node:fs';

/** Larger than any secret, key or bundle of certificates, in bytes. */
const fileBytesMax = 1_000_000;

/** The text in `file`, without the line ends after it. @throws {Error} saying what is wrong with the file */
export function readValueFile(file: string): string {
  const { size, isFile } = look(file);
  if (!isFile) throw new Error(`${file} is no file. (A mount of a file that is not there makes a folder.)`);
  if (size > fileBytesMax) throw new Error(`${file} has ${size} bytes; at most ${fileBytesMax} are read.`);
  const text = decode(file).replace(/[\r\n]+$/, '');
  if (text === '') throw new Error(`${file} is empty.`);
  return text;
}

function look(file: string): { size: number; isFile: boolean } {
  try {
    const found = statSync(file);
    return { size: found.size, isFile: found.isFile() };
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
  ENOENT: 'there is no such file',
  EACCES: 'this user may not read it',
  ENOTDIR: 'a part of its path is no folder',
};

function unreadable(file: string, error: unknown): Error {
  const { code = '', message } = error as NodeJS.ErrnoException;
  return new Error(`${file} cannot be read: ${reasons[code] ?? message}.`);
}
