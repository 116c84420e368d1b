import { createAuthentication } from '../admission/credentials.ts';
import { teravozEdge } from './teravoz.ts';

const { answer } = teravozEdge(createAuthentication({ path: [], basic: [], bearer: [], hmac: [] }));

/** The answer to an event, as it is on the wire. */
const answerTo = (callId: string | null, value: Buffer): Buffer => {
  const bytes = answer([{ uuid: 'u', callId, value }]);
  return typeof bytes === 'string'
    ? Buffer.from(bytes, 'latin1')
    : Buffer.concat(bytes.map((piece) => (typeof piece === 'string' ? Buffer.from(piece, 'latin1') : piece)));
};

it('the answer has the body byte for byte, and the call id in UTF-8', () => {
  const body = '{"call_id":"São João ☎ 📞", "n":1.10}';
  expect(answerTo('São João ☎ 📞', Buffer.from(body)).toString()).toBe(
    `{"status":"ok","data":{"uuid":"u","aggregate_id":"São João ☎ 📞","event":${body}}}`,
  );
});

it.each(['', 'x'.repeat(100_000)])('the answer is JSON also if the body has a byte order mark', (text) => {
  expect(JSON.parse(answerTo('São João', Buffer.from(`\uFEFF{"é":"${text}"}`)).toString())).toEqual({
    status: 'ok',
    data: { uuid: 'u', aggregate_id: 'São João', event: { é: text } },
  });
});
