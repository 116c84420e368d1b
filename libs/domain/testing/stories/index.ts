import type { Story } from '../story.ts';
import { agentStories } from './agents.ts';
import { clockStories } from './clocks.ts';
import { exitStories } from './exits.ts';
import { lifeStories } from './lives.ts';
import { queueStories } from './queues.ts';
import { ringingStories } from './ringing.ts';
import { transferStories } from './transfers.ts';
import { sameSecondStories, waitingStories } from './waiting.ts';
import { wrapUpStories } from './wrap-up.ts';

/** Small stories that a supervisor agrees with, by theme. */
export const stories: Readonly<Record<string, readonly Story[]>> = {
  'callers who wait': waitingStories,
  'answer and wait in one second': sameSecondStories,
  'phones that ring': ringingStories,
  'calls that wait more than once': queueStories,
  'callers who leave a queue, and why': exitStories,
  'transfers and conferences': transferStories,
  'agents off calls': agentStories,
  'agents after calls': wrapUpStories,
  'wrong clocks': clockStories,
  'calls that begin, end and come back': lifeStories,
};
