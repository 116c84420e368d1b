import { until } from '@callstream/stack';
import type { Ingest } from '../system/ingest.ts';

export interface SendingClientsOptions {
  readonly ingest: Ingest;
  readonly clients: number;
  /** Posts a webhook of a call; resolves with whether it was answered with 200. */
  readonly post: (callId: string) => Promise<boolean>;
}

/** Clients that send webhooks without pauses, each of a call of its own. */
export interface SendingClients {
  /** Calls whose webhook was answered with 200. */
  readonly accepted: readonly string[];
  /** Resolves when 200 more webhooks are accepted. */
  readonly moreAreAccepted: () => Promise<void>;
  /** Resolves when every request has ended. */
  readonly stop: () => Promise<void>;
}

export function startSendingClients({ ingest, clients, post }: SendingClientsOptions): SendingClients {
  const accepted: string[] = [];
  let [sent, isStopping] = [0, false];
  const send = async (): Promise<void> => {
    while (!isStopping) {
      const callId = `sent.${sent++}`;
      if (await post(callId)) accepted.push(callId);
    }
  };
  const sending = Promise.all(Array.from({ length: clients }, send));
  return {
    accepted,
    moreAreAccepted: async () => {
      const before = accepted.length;
      await until(() => accepted.length > before + 200, {
        onTimeout: () => new Error(`No webhook is accepted.\n${ingest.service.tail()}`),
      });
    },
    stop: async () => {
      isStopping = true;
      await sending;
    },
  };
}
