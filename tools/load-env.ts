// Preloaded (`node --import`) by commands: adds settings from .env and from a running `npm start` to the environment.
import { join } from 'node:path';
import { completeEnv } from './addresses.ts';

completeEnv(process.env, join(import.meta.dirname, '..'), (line) => void process.stderr.write(`${line}\n`));
