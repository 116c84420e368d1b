import { adminHostEnv, databaseEnv, hostsEnv, kafkaEnv, listEnv, logEnv, portEnv } from '@callstream/runtime';
import { z } from 'zod';

/** Settings of the gateway. */
export const GatewayEnv = z.object({
  GATEWAY_PORT: portEnv(4000).describe('Port of the WebSocket'),
  GATEWAY_HOST: hostsEnv.describe('Addresses of the WebSocket, separated by commas'),
  GATEWAY_ADMIN_PORT: portEnv(9103).describe('Port of the gateway for /livez, /readyz and /metrics'),
  GATEWAY_ORIGINS: listEnv
    .default([])
    .describe('Host names of pages that may connect, besides loopback ones, separated by commas'),
  GATEWAY_SOCKETS_MAX: z.coerce.number().int().min(1).default(20_000).describe('Most sockets at the same time'),
  GATEWAY_SOCKETS_PER_ADDRESS_MAX: z.coerce
    .number()
    .int()
    .min(1)
    .default(10_000)
    .describe('Most sockets of one address at the same time'),
  KAFKA_TOPIC: kafkaEnv.KAFKA_TOPIC,
  ...databaseEnv,
  ...adminHostEnv,
  ...logEnv,
});
