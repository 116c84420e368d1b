import { setTimeout as pause } from 'node:timers/promises';

const lookEveryMs = 20;

/** Whether something holds now, or comes to hold within `ms`. */
export async function until(holds: () => boolean, ms: number): Promise<boolean> {
  for (const deadline = performance.now() + ms; !holds(); await pause(lookEveryMs))
    if (performance.now() > deadline) return false;
  return true;
}
