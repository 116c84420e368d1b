import { z } from 'zod';

/** A TCP port; 0 lets the system choose a free one. */
export const portEnv = (defaultPort: number) => z.coerce.number().int().min(0).max(65_535).default(defaultPort);

/** A comma-separated list. */
export const listEnv = z.string().transform((text) =>
  text
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== ''),
);

/** Hosts to listen on; an IPv6 address may have brackets. Default: both loopback addresses. */
export const hostsEnv = listEnv
  .default(['127.0.0.1', '::1'])
  .transform((hosts) => hosts.map((host) => host.replace(/^\[(.*)\]$/, '$1')));

/** An optional secret, also from a file. A variable that is set but empty is an error, not the same as unset. */
export const secretEnv = (schema: z.ZodString, description: string) =>
  schema.optional().meta({ description, secret: true, file: true });

export const adminHostEnv = {
  ADMIN_HOST: hostsEnv.describe('Addresses of the admin port (/livez, /readyz, /metrics), separated by commas'),
};

export const stopEnv = {
  STOP_DELAY_SECONDS: z.coerce
    .number()
    .min(0)
    .max(300)
    .default(0)
    .describe(
      'How long the service keeps working after SIGTERM while /readyz is 503, so that a load balancer notices; 0 stops at once, for one that retries on another server',
    ),
};

export const logEnv = {
  LOG_LEVEL: z
    .enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'])
    .default('info')
    .describe('Lowest level that is logged'),
};
