import { AmiRefused } from './ami-refused.ts';
import type { AmiMessage } from './read-messages.ts';

/** Questions to the PBX, and their answers. */
export interface AmiRequests {
  /** The response. @throws {AmiRefused} if it is an error */
  readonly send: (action: string, fields?: Readonly<Record<string, string>>) => Promise<AmiMessage>;
  /** The events of the response, which is a list. @throws {AmiRefused} */
  readonly list: (action: string) => Promise<readonly AmiMessage[]>;
  /** Takes a message if it belongs to an answer. */
  readonly receive: (message: AmiMessage) => boolean;
  /** Every question that is open, or follows, fails. */
  readonly fail: (error: Error) => void;
}

interface OpenRequest {
  /** Of a list; null: the response is all of the answer. */
  readonly events: AmiMessage[] | null;
  readonly resolve: (answer: { response: AmiMessage; events: readonly AmiMessage[] }) => void;
  readonly reject: (error: Error) => void;
}

export function createRequests(write: (text: string) => void): AmiRequests {
  const open = new Map<string, OpenRequest>();
  let failure: Error | null = null;
  let lastId = 0;
  const ask = (action: string, fields: Readonly<Record<string, string>>, isList: boolean) =>
    new Promise<Parameters<OpenRequest['resolve']>[0]>((resolve, reject) => {
      if (failure) {
        reject(failure);
        return;
      }
      const id = `callstream-${++lastId}`;
      open.set(id, { events: isList ? [] : null, resolve, reject });
      const lines = [['Action', action], ['ActionID', id], ...Object.entries(fields)];
      // A line break in a value would be another field.
      write(
        `${lines.map(([name, value = '']) => `${name ?? ''}: ${value.replaceAll(/[\r\n]/g, ' ')}`).join('\r\n')}\r\n\r\n`,
      );
    });
  const receive: AmiRequests['receive'] = (message) => {
    const id = message.get('ActionID') ?? '';
    const request = open.get(id);
    if (!request) return message.has('Response');
    const { events, resolve, reject } = request;
    const response = message.get('Response');
    if (response === 'Error') reject(new AmiRefused(message.get('Message') ?? 'no reason'));
    else if (response !== undefined && events === null) resolve({ response: message, events: [] });
    else if (response !== undefined) return true;
    else if (message.get('EventList') === 'Complete') resolve({ response: message, events: events ?? [] });
    else {
      events?.push(message);
      return true;
    }
    open.delete(id);
    return true;
  };
  return {
    send: async (action, fields = {}) => (await ask(action, fields, false)).response,
    list: async (action) => (await ask(action, {}, true)).events,
    receive,
    fail: (error) => {
      failure = error;
      for (const { reject } of open.values()) reject(error);
      open.clear();
    },
  };
}
