import { ClientMessage, MessageId } from '@callstream/contracts';

/** A client's message, or why it is none, with its `id` as far as it can be told. */
export type ReadMessage = { readonly message: ClientMessage } | { readonly error: string; readonly id?: MessageId };

export function readMessage(text: string): ReadMessage {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { error: 'The message is not JSON.' };
  }
  const message = ClientMessage.safeParse(value);
  if (message.success) return { message: message.data };
  const id = MessageId.safeParse((value as { id?: unknown } | null)?.id);
  return {
    error: 'A message is {"event": "…", "data": {…}}, with an "id" if you like.',
    ...(id.success ? { id: id.data } : {}),
  };
}
