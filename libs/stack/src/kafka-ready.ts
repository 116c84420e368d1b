import { int32, sendRequest, text } from './raw-request.ts';

const findCoordinator = 10;
const describeGroups = 15;
const group = 'callstream-ready';

/**
 * Whether a broker serves consumer groups: its group coordinator is the last part to start. The first request for a
 * coordinator makes Kafka create the topic of the groups, and fails until that is ready.
 */
export async function isKafkaReady(broker: string): Promise<boolean> {
  try {
    const found = await sendRequest(broker, { apiKey: findCoordinator, version: 0, body: [text(group)] });
    if (found.readInt16BE(0) !== 0) return false;
    // After error code and node id.
    const hostEnd = 8 + found.readInt16BE(6);
    const coordinator = `${found.toString('utf8', 8, hostEnd)}:${found.readInt32BE(hostEnd)}`;
    const described = await sendRequest(coordinator, {
      apiKey: describeGroups,
      version: 0,
      body: [int32(1), text(group)],
    });
    // After the array length.
    return described.readInt16BE(4) === 0;
  } catch {
    return false;
  }
}
