import { z } from 'zod';

/** A whole number of a port; 0 lets the system choose. */
export const portEnv = (port: number) => z.coerce.number().int().min(0).max(65_535).default(port);

/** Texts, separated by commas. */
export const listEnv = z.string().transform((text) =>
  text
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== ''),
);

/** A list of hosts to listen on, an IPv6 address also in brackets; by default both loopback addresses. */
export const hostsEnv = listEnv
  .default(['127.0.0.1', '::1'])
  .transform((hosts) => hosts.map((host) => host.replace(/^\[(.*)\]$/, '$1')));

/** A secret that may be missing. One that is set and empty is a mistake, and not the same as none. It may be given by a file. */
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
      'How long everything goes on after SIGTERM while /readyz says 503, for a load balancer that has to notice; 0: at once, for one that tries another',
    ),
};

export const logEnv = {
  LOG_LEVEL: z
    .enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'])
    .default('info')
    .describe('Least level that is logged'),
};
