import { networkOf } from '@callstream/runtime';
import { TokenBucket } from 'limiter';
import { LRUCache } from 'lru-cache';

/** Capacity of the cache of addresses. The least recently used one is evicted, and starts with full buckets again. */
const addressesMax = 50_000;

export interface RateLimitOptions {
  /** Requests per second of an address, on average over `burstSeconds`; 0: no limit. */
  readonly requestsPerSecond: number;
  /** Refused requests per minute of an address; 0: no limit. */
  readonly refusedPerMinute: number;
}

/** Size of a burst, in seconds of the average rate: providers send in bursts. */
export const burstSeconds = 10;

export interface RateLimits {
  /** Counts a request. @returns null if it is within the limits, else seconds until the next one is */
  readonly admit: (address: string) => number | null | Promise<number | null>;
  readonly countRefusal: (address: string) => void;
}

/** Rate limits that are counted in this process. */
export interface LocalRateLimits extends RateLimits {
  readonly admit: (address: string) => number | null;
}

/** Token buckets per network: an IPv4 address, or an IPv6 network of 64 bits. */
export function createRateLimits({ requestsPerSecond, refusedPerMinute }: RateLimitOptions): LocalRateLimits {
  const requests = createBuckets(requestsPerSecond * burstSeconds, burstSeconds);
  const refusals = createBuckets(refusedPerMinute, 60);
  return {
    admit: (address) => {
      // First, so that a request over this limit does not use up the tokens of good requests.
      const waitSeconds = refusals?.waitSeconds(address) ?? 0;
      if (waitSeconds > 0) return waitSeconds;
      if (requests === undefined || requests.take(address)) return null;
      return requests.waitSeconds(address);
    },
    countRefusal: (address) => void refusals?.take(address),
  };
}

interface Buckets {
  readonly take: (address: string) => boolean;
  /** Seconds until the next token; 0 if there is one. */
  readonly waitSeconds: (address: string) => number;
}

function createBuckets(tokens: number, seconds: number): Buckets | undefined {
  if (tokens === 0) return undefined;
  const buckets = new LRUCache<string, TokenBucket>({ max: addressesMax });
  const bucketOf = (address: string): TokenBucket => {
    const network = networkOf(address);
    let bucket = buckets.get(network);
    if (!bucket) {
      bucket = new TokenBucket({ bucketSize: tokens, tokensPerInterval: tokens, interval: seconds * 1_000 });
      bucket.content = tokens;
      buckets.set(network, bucket);
    }
    return bucket;
  };
  return {
    take: (address) => bucketOf(address).tryRemoveTokens(1),
    waitSeconds: (address) => Math.ceil(bucketOf(address).getWaitTime(1) / 1_000),
  };
}
