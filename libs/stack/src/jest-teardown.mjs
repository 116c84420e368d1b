import { once } from 'node:events';
import { held } from './jest-setup.mjs';

/** Stops what jest-setup.mjs started; nothing, if it started nothing. */
export default async function teardown() {
  const child = globalThis[held];
  if (child === undefined || child.exitCode !== null) return;
  child.stdin.end();
  await once(child, 'exit');
}
