/** Share of a core from which on a thread counts as busy. */
const busy = 0.9;

/** CPU that was used while a load ran; 1 is one core. */
export interface CoresUsed {
  readonly server: number;
  readonly generator: number;
}

/**
 * What kept the requests per second from being more: the server's CPU, the load generator, or neither, which is what the
 * server waits for (Kafka, the disk) or other work on the machine.
 */
export type Bottleneck = 'server' | 'generator' | 'neither';

/** `threads`: of the generator. The server answers on one thread. */
export function bottleneckOf({ server, generator }: CoresUsed, threads: number): Bottleneck {
  if (server >= busy) return 'server';
  return generator >= busy * threads ? 'generator' : 'neither';
}

export const formatCores = ({ server, generator }: CoresUsed): string =>
  `server ${percent(server)} of a core, generator ${percent(generator)}`;

const percent = (cores: number): string => `${Math.round(cores * 100)} %`;
