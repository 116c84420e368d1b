// Preloaded (`node --import`) by commands: adds settings from .env and from a running `npm start` to the environment.
import { join } from 'node:path';
import { completeEnv } from './addresses.ts';

const isJson = process.argv.includes('--json');
completeEnv(process.env, join(import.meta.dirname, '..'), (reason) => {
  process.stderr.write(`${isJson ? JSON.stringify({ level: 'warn', msg: 'settings.unreadable', reason }) : reason}\n`);
});
