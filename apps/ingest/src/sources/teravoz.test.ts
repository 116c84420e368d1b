import { createAuthentication } from '../admission/credentials.ts';
import { teravozEdge } from './teravoz.ts';

const { answer } = teravozEdge(createAuthentication({ path: [], basic: [], bearer: [], hmac: [] }));

/** The answer to an event, as it is on the wire. */
const answerTo = (callId: string | null, value: Buffer): Buffer =>
  Buffer.from(answer([{ uuid: 'u', callId, value }]), 'latin1');

it('the answer has the body byte for byte, and the call id in UTF-8', () => {
  const body = '{"call_id":"São João ☎ 📞", "n":1.10}';
  expect(answerTo('São João ☎ 📞', Buffer.from(body)).toString()).toBe(
    `{"status":"ok","data":{"uuid":"u","aggregate_id":"São João ☎ 📞","event":${body}}}`,
  );
});

it('the answer is JSON also if the body has a byte order mark', () => {
  expect(JSON.parse(answerTo(null, Buffer.from('\uFEFF{"é":1}')).toString())).toEqual({
    status: 'ok',
    data: { uuid: 'u', aggregate_id: null, event: { é: 1 } },
  });
});
