import { installCompressionCodecs } from './compression-codecs.ts';
import { installErrorExplanations } from './explain-errors.ts';
import { installFetchDecoder } from './fetch-response.ts';
import { assertVersion } from './internals.ts';
import { tolerateLeaderlessPartitions } from './leaderless-partitions.ts';
import { failOnOffsetOutOfRange } from './offset-out-of-range.ts';
import { installProduceEncoder } from './produce-request.ts';
import { repairReconnect } from './reconnect.ts';
import { repairRequestQueue } from './request-queue.ts';
import { countThrottling } from './throttling.ts';

let isInstalled = false;

/**
 * Repairs kafkajs in this process; further calls do nothing. docs/kafkajs.md has the reason of each repair.
 * @throws {Error} if another version of kafkajs is installed
 */
export function install(): void {
  if (isInstalled) return;
  assertVersion();
  installCompressionCodecs();
  installFetchDecoder();
  installProduceEncoder();
  tolerateLeaderlessPartitions();
  failOnOffsetOutOfRange();
  repairReconnect();
  repairRequestQueue();
  countThrottling();
  installErrorExplanations();
  isInstalled = true;
}
