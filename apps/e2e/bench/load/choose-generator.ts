import type { LoadGenerator } from './load-generator.ts';
import { createWorkers } from './workers.ts';
import { findWrk } from './wrk.ts';

/** `wrk` if it is installed, unless `name` asks for one of the two. @throws {Error} if that one is not there */
export async function chooseGenerator(name: string | undefined): Promise<LoadGenerator> {
  if (name !== undefined && name !== 'wrk' && name !== 'workers')
    throw new Error(`There is no load generator "${name}": use "wrk" or "workers".`);
  const wrk = name === 'workers' ? null : await findWrk();
  if (name === 'wrk' && !wrk)
    throw new Error('wrk is not in PATH: install it (apt-get install wrk), or use "workers".');
  return wrk ?? createWorkers();
}
