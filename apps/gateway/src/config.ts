import {
  adminHostEnv,
  checkDatabase,
  checkKafka,
  databaseEnv,
  examples,
  hostNamesEnv,
  hostsEnv,
  kafkaEnv,
  logEnv,
  networksEnv,
  portEnv,
  stopEnv,
} from '@callstream/runtime';
import { z } from 'zod';
import { authenticationEnv, checkAuthentication } from './access/authentication-env.ts';
import { countingRulesEnv } from './numbers/counting-rules-env.ts';

/** Minutes, with fractions. */
const minutesEnv = (minutes: number) =>
  z.coerce
    .number()
    .min(0.05)
    .max(10_080)
    .default(minutes)
    .meta(examples(['0.5', '10080'], ['0', '10081', '30m', '30,5']));

/** Settings of the gateway. */
export const GatewayEnv = z
  .object({
    GATEWAY_PORT: portEnv(4000).describe('Port of the WebSocket and of HTTP'),
    GATEWAY_HOST: hostsEnv.describe('Addresses that the WebSocket and HTTP listen on, separated by commas'),
    GATEWAY_ADMIN_PORT: portEnv(9103).describe('Port of the gateway for /livez, /readyz and /metrics'),
    GATEWAY_ORIGINS: hostNamesEnv.describe(
      'Host names of pages that may connect, besides loopback ones, separated by commas; scheme and port are ignored',
    ),
    GATEWAY_TRUSTED_PROXIES: networksEnv.describe(
      'Addresses and networks of trusted proxies, whose X-Forwarded-For (else Forwarded) has the address of the client',
    ),
    GATEWAY_SOCKETS_MAX: z.coerce
      .number()
      .int()
      .min(1)
      .default(20_000)
      .meta(examples(['1', '100000'], ['0', '-1', '1.5', 'all']))
      .describe(
        'Most sockets at the same time; fewer if the process may not open enough files (ulimit -n). There may be 2,000 other connections for each address in GATEWAY_HOST',
      ),
    GATEWAY_SOCKETS_PER_ADDRESS_MAX: z.coerce
      .number()
      .int()
      .min(1)
      .default(10_000)
      .meta(examples(['1', '100000'], ['0', '-1', '1.5', 'all']))
      .describe('Most sockets of one address (IPv6: of a network of 64 bits) at the same time'),
    GATEWAY_COALESCE_MS: z.coerce
      .number()
      .int()
      .min(0)
      .max(1_000)
      .default(20)
      .meta(examples(['0', '1000'], ['-1', '1001', '2.5', '20ms']))
      .describe('Least time between two deltas of the board, in ms; 0: each change is sent at once'),
    BOARD_KEEP_MINUTES: minutesEnv(30).describe(
      'A finished call stays on the board for this long after its last event',
    ),
    STALE_AFTER_MINUTES: minutesEnv(120).describe(
      'An unfinished call without an event for this long is stale, and leaves the board',
    ),
    NAMES_FILE: z
      .string()
      .optional()
      .meta(examples(['names.yml'], []))
      .describe('File with names of queues and agents, YAML or JSON; it is read again when it changes'),
    ...countingRulesEnv,
    ...authenticationEnv,
    ...kafkaEnv,
    ...databaseEnv,
    ...adminHostEnv,
    ...stopEnv,
    ...logEnv,
  })
  .superRefine(checkAuthentication)
  .superRefine(checkKafka)
  .superRefine(checkDatabase);

export type GatewayConfig = z.infer<typeof GatewayEnv>;
