/** Share of a core at which a thread counts as busy. */
const busy = 0.9;

/** CPU used during a load; 1 is one core. */
export interface CoresUsed {
  readonly server: number;
  readonly generator: number;
}

/**
 * What limits the requests per second: the CPU of the server, that of the load generator, or neither: then the server waits
 * (for Kafka or the disk), or the machine has other work.
 */
export type Bottleneck = 'server' | 'generator' | 'neither';

/** `threads`: threads of the generator. The server has one thread. */
export function bottleneckOf({ server, generator }: CoresUsed, threads: number): Bottleneck {
  if (server >= busy) return 'server';
  return generator >= busy * threads ? 'generator' : 'neither';
}

export const formatCores = ({ server, generator }: CoresUsed): string =>
  `server ${percent(server)} of a core, generator ${percent(generator)}`;

const percent = (cores: number): string => `${Math.round(cores * 100)} %`;
