import { createContext, use, useSyncExternalStore } from 'react';
import type { Status } from '@callstream/client';
import type { Agents, Queues } from '@callstream/contracts';
import type { ReceivedCall } from '@callstream/contracts/live-call-of';
import type { Gateway } from './gateway.ts';
import type { NameLookup } from './names/name-lookup.ts';
import type { Settings } from './settings.ts';
import type { Texts } from './text/en.ts';
import type { Formats } from './text/formats.ts';

/** What every component may need. */
export interface AppContext {
  readonly gateway: Gateway;
  readonly texts: Texts;
  readonly formats: Formats;
  readonly settings: Settings;
  readonly isWallboard: boolean;
  /** call_ids of calls of a past board with an event that was received after its moment; null: the board is live. */
  readonly lateCalls: ReadonlySet<string> | null;
}

const Context = createContext<AppContext | null>(null);
export const AppContextProvider = Context.Provider;

export function useAppContext(): AppContext {
  const context = use(Context);
  if (!context) throw new Error('useAppContext needs an AppContextProvider around the component.');
  return context;
}

export const useTexts = (): Texts => useAppContext().texts;

/** The calls of the board, unordered; a new array after each change. */
export function useCalls(): readonly ReceivedCall[] {
  const { calls } = useAppContext().gateway;
  return useSyncExternalStore(calls.subscribe, calls.get);
}

export function useQueues(): Queues | null {
  const { queues } = useAppContext().gateway;
  return useSyncExternalStore(queues.subscribe, queues.get);
}

export function useAgents(): Agents | null {
  const { agents } = useAppContext().gateway;
  return useSyncExternalStore(agents.subscribe, agents.get);
}

export function useNames(): NameLookup {
  const { names } = useAppContext().gateway;
  return useSyncExternalStore(names.subscribe, names.get);
}

export function useStatus(): Status {
  const { status } = useAppContext().gateway.client;
  return useSyncExternalStore(status.subscribe, status.get);
}
