// Loaded before a service's commands: they work on what `npm start` runs, unless the environment or .env say otherwise.
import { join } from 'node:path';
import { completeEnv } from './addresses.ts';

completeEnv(process.env, join(import.meta.dirname, '..'), (line) => void process.stderr.write(`${line}\n`));
