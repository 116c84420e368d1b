import { homedir } from 'node:os';
import { join } from 'node:path';

/** Folder of what is downloaded once, in the user's cache, shared by all checkouts. */
export const cacheFolder = (env: NodeJS.ProcessEnv): string =>
  join(env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'callstream');
