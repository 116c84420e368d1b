// For docker/smoke, in a container on the services' network: subscribes to the board, posts a call, and waits for its delta.
// Exits with 0 and prints the latency, if the delta arrives within 20 s.
const [webhook, socketUrl] = process.argv.slice(1);
const call_id = `seen.${Date.now()}`;
const event = {
  type: 'call.new',
  call_id,
  direction: 'inbound',
  our_number: '551130300000',
  their_number: '5511900000000',
  timestamp: new Date().toISOString(),
};
let postedAt = 0;

const socket = new WebSocket(socketUrl);
setTimeout(() => end(1, `The socket sent no delta of ${call_id} within 20 s.`), 20_000);
socket.addEventListener('error', () => end(1, `Cannot connect to ${socketUrl}.`));
socket.addEventListener('message', ({ data: text }) => {
  const { event: name, data } = JSON.parse(text);
  if (name === 'Welcome') socket.send(JSON.stringify({ event: 'Subscribe', data: {} }));
  if (name === 'Snapshot' && data.part === data.parts) void post();
  if (name === 'CallsChanged' && data.calls.some((call) => call.call_id === call_id))
    end(0, `from webhook to socket in ${Date.now() - postedAt} ms`);
});

async function post() {
  postedAt = Date.now();
  const headers = { 'content-type': 'application/json' };
  const { status } = await fetch(webhook, { method: 'POST', headers, body: JSON.stringify(event) });
  if (status !== 200) end(1, `The webhook answered ${status}.`);
}

function end(code, line) {
  console.log(line);
  process.exit(code);
}
