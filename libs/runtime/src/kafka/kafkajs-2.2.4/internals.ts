import { createRequire } from 'node:module';

/** The only version whose private modules are known here. */
export const kafkajsVersion = '2.2.4';

const require = createRequire(import.meta.url);

/** A private module of kafkajs, by its path below `src`. `T`: what we use of it. */
// eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- kafkajs declares no types of its private modules
export const requireInternal = <T>(path: string): T => require(`kafkajs/src/${path}`) as T;

/** @throws {Error} if another version is installed: its private modules may differ without an error */
export function assertVersion(): void {
  const { version } = require('kafkajs/package.json') as { version: string };
  if (version !== kafkajsVersion)
    throw new Error(
      `kafkajs ${version} is installed, and callstream repairs private modules of kafkajs ${kafkajsVersion}. Install that version (npm ci); docs/kafkajs.md says how to move to another.`,
    );
}
