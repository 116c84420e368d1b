export interface LoadOptions {
  readonly connections: number;
  readonly seconds: number;
}

/** What a load generator measured, and what it used itself. */
export interface LoadResult {
  /** Answers of any status. */
  readonly requestsPerSecond: number;
  /** Milliseconds. */
  readonly p50: number;
  readonly p99: number;
  /** Answers of 2xx. */
  readonly answered: number;
  /** Other answers, time-outs and broken connections. */
  readonly failed: number;
  /** How long requests were sent. */
  readonly seconds: number;
  /** CPU time of the generator. */
  readonly cpuSeconds: number;
}

export interface LoadGenerator {
  readonly name: string;
  /** Threads that send; together they can use this many cores. */
  readonly threads: number;
  /** Posts as fast as `url` answers, one request at a time on each connection. */
  readonly run: (url: string, options: LoadOptions) => Promise<LoadResult>;
}
