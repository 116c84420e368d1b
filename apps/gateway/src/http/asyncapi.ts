import { requestData, ServerMessage } from '@callstream/contracts';
import { z } from 'zod';

/** The AsyncAPI 3 description of the socket, generated from the schemas of its messages. */
export function asyncApi(): object {
  const received = Object.entries(requestData).map(([event, data]) => [event, request(event, data)] as const);
  const sent = ServerMessage.options.map((message) => [nameOf(message), { payload: schemaOf(message) }] as const);
  const messages = { ...prefixed('request', received), ...prefixed('sent', sent) };
  return {
    asyncapi: '3.0.0',
    info: {
      title: 'callstream gateway',
      version: '1',
      description:
        'The live board of a call centre. Text frames of JSON both ways, on any path; see docs/reference/protocol.md.',
      license: { name: 'MIT' },
    },
    defaultContentType: 'application/json',
    channels: { socket: { address: '/', messages: references(messages, '#/components/messages/') } },
    operations: {
      ask: operation('receive', prefixed('request', received)),
      tell: operation('send', prefixed('sent', sent)),
    },
    components: { messages },
  };
}

type NamedMessages = readonly (readonly [name: string, message: object])[];

const prefixed = (prefix: string, named: NamedMessages): Record<string, object> =>
  Object.fromEntries(named.map(([name, message]) => [`${prefix}.${name}`, message]));

const references = (messages: object, to: string): Record<string, object> =>
  Object.fromEntries(Object.keys(messages).map((name) => [name, { $ref: `${to}${name}` }]));

/** `action`: what the gateway does with these messages. */
const operation = (action: 'send' | 'receive', messages: object): object => ({
  action,
  channel: { $ref: '#/channels/socket' },
  messages: Object.values(references(messages, '#/channels/socket/messages/')),
});

const request = (event: string, data: z.ZodType): object => ({
  payload: {
    type: 'object',
    required: ['event', 'data'],
    properties: { event: { const: event }, data: schemaOf(data), id: { type: ['string', 'number'] } },
  },
});

function schemaOf(schema: z.ZodType): object {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io: 'input' });
  return rest;
}

/** The name of a message: its event; of failures `FailedList` and `Failed`. */
function nameOf(message: (typeof ServerMessage.options)[number]): string {
  const { shape } = message;
  if ('status' in shape && shape.status instanceof z.ZodLiteral && shape.status.value === 'Failed')
    return shape.data instanceof z.ZodArray ? 'FailedList' : 'Failed';
  const { event } = shape;
  return event instanceof z.ZodLiteral ? event.value : event.options.join('-or-');
}
