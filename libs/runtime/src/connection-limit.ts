import { readFileSync } from 'node:fs';

/** Files that stay free for everything but the connections of one port: databases, logs, spools, the other port. */
const reservedFiles = 192;
/** Least connections per host, however few files the process may open. */
const connectionsMin = 16;

/**
 * Most connections per host, so that idle ones never take the last files of the process: then it could not even say that it
 * is not ready.
 * @param openFilesMax most open files of the process, as `ulimit -n` sets it
 */
export function connectionLimit(wanted: number, hosts: number, openFilesMax = openFilesMaxOfProcess()): number {
  const free = Math.floor((openFilesMax - reservedFiles) / hosts);
  return Math.min(wanted, Math.max(connectionsMin, free));
}

/** Infinity where the system does not tell. */
function openFilesMaxOfProcess(): number {
  try {
    const soft = /^Max open files\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8'))?.[1];
    return soft === undefined ? Infinity : Number(soft);
  } catch {
    return Infinity;
  }
}
