import { networkOf } from '@callstream/runtime';
import { TokenBucket } from 'limiter';
import { LRUCache } from 'lru-cache';

/** Sources that are remembered; with more, the one that was quiet for longest starts anew. */
const sourcesMax = 50_000;

export interface RateLimitOptions {
  /** Requests per second of a source, on average over `burstSeconds`; 0: as many as it likes. */
  readonly requestsPerSecond: number;
  /** Refused requests per minute of a source; 0: as many as it likes. */
  readonly refusedPerMinute: number;
}

/** How many seconds' worth of requests may come at once: providers send in bursts. */
export const burstSeconds = 10;

export interface RateLimits {
  /** Takes a request into account. @returns seconds after which it may come again, or null if it may go on */
  readonly admit: (address: string) => number | null;
  /** Takes a refusal into account. */
  readonly refused: (address: string) => void;
}

/** Token buckets, one of each kind for each source: an address, or a network of IPv6. */
export function createRateLimits({ requestsPerSecond, refusedPerMinute }: RateLimitOptions): RateLimits {
  const requests = createBuckets(requestsPerSecond * burstSeconds, burstSeconds);
  const refusals = createBuckets(refusedPerMinute, 60);
  return {
    admit: (address) => {
      // First of all: who is refused all the time does not get to use up anything else.
      const wait = refusals?.waitSeconds(address) ?? 0;
      if (wait > 0) return wait;
      if (requests === undefined || requests.take(address)) return null;
      return requests.waitSeconds(address);
    },
    refused: (address) => void refusals?.take(address),
  };
}

interface Buckets {
  readonly take: (address: string) => boolean;
  /** Seconds until there is a token; 0 if there is one. */
  readonly waitSeconds: (address: string) => number;
}

function createBuckets(tokens: number, seconds: number): Buckets | undefined {
  if (tokens === 0) return undefined;
  const buckets = new LRUCache<string, TokenBucket>({ max: sourcesMax });
  const bucketOf = (address: string): TokenBucket => {
    const source = networkOf(address);
    let bucket = buckets.get(source);
    if (!bucket) {
      bucket = new TokenBucket({ bucketSize: tokens, tokensPerInterval: tokens, interval: seconds * 1_000 });
      bucket.content = tokens;
      buckets.set(source, bucket);
    }
    return bucket;
  };
  return {
    take: (address) => bucketOf(address).tryRemoveTokens(1),
    waitSeconds: (address) => Math.ceil(bucketOf(address).getWaitTime(1) / 1_000),
  };
}
