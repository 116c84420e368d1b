export interface LoadOptions {
  readonly connections: number;
  readonly seconds: number;
}

/** Result of a load. */
export interface LoadResult {
  /** Responses of any status. */
  readonly requestsPerSecond: number;
  /** Latency in ms. */
  readonly p50: number;
  readonly p99: number;
  readonly p999: number;
  /** Responses with 2xx. */
  readonly answered: number;
  /** Other responses, timeouts and lost connections. */
  readonly failed: number;
  /** Duration of the load. */
  readonly seconds: number;
  /** CPU time of the generator. */
  readonly cpuSeconds: number;
}

export interface LoadGenerator {
  readonly name: string;
  /** Sending threads, and so the most cores that it can use. */
  readonly threads: number;
  /** Posts as fast as `url` responds, one request at a time on each connection. */
  readonly run: (url: string, options: LoadOptions) => Promise<LoadResult>;
}
