import { int32, sendRequest, text } from './raw-request.ts';

/** Bytes per second, measured over ten seconds. null: no limit. */
export interface ClientQuota {
  readonly producer_byte_rate: number | null;
  readonly consumer_byte_rate: number | null;
}

const alterClientQuotas = 49;

/** Sets the quota of all clients with this id. @throws {Error} if the broker refuses */
export async function setClientQuota(broker: string, clientId: string, quota: ClientQuota): Promise<void> {
  const entity = [int32(1), text('client-id'), text(clientId)];
  const operations = Object.entries(quota).map(([key, rate]: [string, number | null]) => {
    const value = Buffer.alloc(8);
    value.writeDoubleBE(rate ?? 0);
    return Buffer.concat([text(key), value, Buffer.from([rate === null ? 1 : 0])]);
  });
  const validateOnly = Buffer.from([0]);
  const body = [int32(1), ...entity, int32(operations.length), ...operations, validateOnly];
  const answer = await sendRequest(broker, { apiKey: alterClientQuotas, version: 0, body });
  // After the throttle time and the number of entries.
  const code = answer.readInt16BE(8);
  if (code !== 0) throw new Error(`The broker does not set the quota: error ${code}.`);
}
