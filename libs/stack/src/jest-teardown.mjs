import { once } from 'node:events';
import { serversKey } from './jest-setup.mjs';

/** Stops the servers that jest-setup.mjs started, if any. */
export default async function teardown() {
  const child = globalThis[serversKey];
  if (child === undefined || child.exitCode !== null) return;
  child.stdin.end();
  await once(child, 'exit');
}
