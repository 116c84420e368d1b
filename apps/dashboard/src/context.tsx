import { createContext, use, useSyncExternalStore } from 'react';
import type { Status } from '@callstream/client';
import type { Agents, Queues } from '@callstream/contracts';
import type { Call } from '@callstream/domain';
import type { Gateway } from './gateway.ts';
import type { Settings } from './settings.ts';
import type { Texts } from './text/en.ts';
import type { Formats } from './text/formats.ts';

/** What every part of the page may need. */
export interface Surroundings {
  readonly gateway: Gateway;
  readonly texts: Texts;
  readonly formats: Formats;
  readonly settings: Settings;
  readonly isWallboard: boolean;
}

const Context = createContext<Surroundings | null>(null);
export const SurroundingsProvider = Context.Provider;

export function useSurroundings(): Surroundings {
  const found = use(Context);
  if (!found) throw new Error('There are no surroundings here.');
  return found;
}

export const useTexts = (): Texts => useSurroundings().texts;
export const useFormats = (): Formats => useSurroundings().formats;

/** The calls of the board, in no order; another array after each change. */
export function useCalls(): readonly Call[] {
  const { calls } = useSurroundings().gateway;
  return useSyncExternalStore(calls.subscribe, calls.get);
}

export function useQueues(): Queues | null {
  const { queues } = useSurroundings().gateway;
  return useSyncExternalStore(queues.subscribe, queues.get);
}

export function useAgents(): Agents | null {
  const { agents } = useSurroundings().gateway;
  return useSyncExternalStore(agents.subscribe, agents.get);
}

export function useStatus(): Status {
  const { status } = useSurroundings().gateway.client;
  return useSyncExternalStore(status.subscribe, status.get);
}
