import { z } from 'zod';

/** Metadata of a setting: values that it accepts, and values that it refuses. A test goes through them. */
export const examples = (good: readonly string[], bad: readonly string[]) => ({ good, bad });

/** A TCP port; 0 lets the system choose a free one. */
export const portEnv = (defaultPort: number) =>
  z.coerce
    .number()
    .int()
    .min(0)
    .max(65_535)
    .default(defaultPort)
    .meta(examples(['0', '8443'], ['65536', '-1', '80.5', 'http', '127.0.0.1:80']));

/** A comma-separated list. */
export const listEnv = z.string().transform((text) =>
  text
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== ''),
);

/** A name or an IPv4 address, or what has two colons, as IPv6 has. */
const hostPattern = /^([\w.-]+|[\da-f]*:[\da-f]*:[\da-f:.]*(%[\w.~-]+)?)$/i;

/** Hosts to listen on; an IPv6 address may have brackets. Default: both loopback addresses. */
export const hostsEnv = listEnv
  .default(['127.0.0.1', '::1'])
  .transform((hosts, context) =>
    hosts.map((host) => {
      const address = host.replace(/^\[(.*)\]$/, '$1');
      if (!hostPattern.test(address))
        context.addIssue({
          code: 'custom',
          message: `must be addresses or host names to listen on, e.g. 0.0.0.0, without scheme and port; "${host}" is not`,
        });
      return address;
    }),
  )
  .meta(examples(['0.0.0.0', '127.0.0.1,[::1]', '::', 'fe80::1%eth0'], ['http://0.0.0.0', '0.0.0.0:4000', '*', 'a b']));

/** An optional secret, also from a file. A variable that is set but empty is an error, not the same as unset. */
export const secretEnv = (schema: z.ZodString, description: string, values = examples(['a secret'], [''])) =>
  schema.optional().meta({ description, secret: true, file: true, good: values.good, bad: values.bad });

export const adminHostEnv = {
  ADMIN_HOST: hostsEnv.describe('Addresses of the admin port (/livez, /readyz, /metrics), separated by commas'),
};

export const stopEnv = {
  STOP_DELAY_SECONDS: z.coerce
    .number()
    .min(0)
    .max(300)
    .default(0)
    .meta(examples(['0', '2.5', '300'], ['-1', '301', '5s']))
    .describe(
      'How long the service keeps working after SIGTERM while /readyz is 503, so that a load balancer notices; 0 stops at once, for one that retries on another server',
    ),
};

export const logEnv = {
  LOG_LEVEL: z
    .enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'])
    .default('info')
    .meta(examples(['debug', 'silent'], ['INFO', 'verbose', '30']))
    .describe('Lowest level that is logged'),
};
