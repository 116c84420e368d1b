// For docker/smoke, in a container on the services' network: posts calls with 4 events each, until SIGTERM. An event without the
// answer 200 is posted again with the same bytes, so that at the end all are acknowledged. Prints the counts as JSON.
import { setTimeout as sleep } from 'node:timers/promises';

const [url, callsPerSecond] = process.argv.slice(1);
const timeoutMs = 300_000;
const counts = { calls: 0, events: 0, again: 0 };
let isStopping = false;
process.on('SIGTERM', () => (isStopping = true));

const sending = [];
const startedAt = Date.now();
while (!isStopping) {
  sending.push(sendCall(`smoke.${++counts.calls}`));
  await sleep(startedAt + (counts.calls * 1_000) / Number(callsPerSecond) - Date.now());
}
await Promise.all(sending);
console.log(JSON.stringify(counts));

async function sendCall(call_id) {
  for (const type of ['call.new', 'call.waiting', 'call.ongoing', 'call.finished']) {
    const parties = { direction: 'inbound', our_number: '551130300000', their_number: '5511900000000' };
    await post(JSON.stringify({ type, call_id, ...parties, queue: '900', timestamp: new Date().toISOString() }));
    counts.events++;
  }
}

async function post(body) {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const status = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
      signal: AbortSignal.timeout(5_000),
    }).then(
      async (answer) => (await answer.text(), answer.status),
      (error) => error.cause?.code ?? error.name,
    );
    if (status === 200) return;
    if (Date.now() > deadline) throw new Error(`No 200 within ${timeoutMs / 1_000} s; the last answer was ${status}.`);
    counts.again++;
    await sleep(200);
  }
}
