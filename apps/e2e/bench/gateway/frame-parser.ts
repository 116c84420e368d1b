/** The parts of a frame that a reader needs. */
export interface FrameSummary {
  readonly isWelcome: boolean;
  /** Whether it is the last frame of the answer to Subscribe. */
  readonly completes: boolean;
  readonly cursor: string | null;
  /** Numbers of the calls in it. */
  readonly calls: readonly number[];
}

/** Calls of a benchmark are numbered from 0 in each round. */
export const callIdOf = (round: number, number: number): string => `bench.${round}.${number}`;

/** Long enough to contain the number of the first call. */
const keyHeadBytes = 160;
const keyTailBytes = 48;
const cachedFramesMax = 20_000;

/** Parses each distinct frame once, however many sockets get it. Cache key: length, beginning and end. */
export function createFrameParser(round: number): (payload: Buffer) => FrameSummary {
  const known = new Map<string, FrameSummary>();
  const needle = Buffer.from(`"call_id":"bench.${round}.`);
  return (payload) => {
    const { length } = payload;
    const head = payload.toString('latin1', 0, Math.min(keyHeadBytes, length));
    const key = `${length} ${head} ${payload.toString('latin1', Math.max(0, length - keyTailBytes), length)}`;
    const cached = known.get(key);
    if (cached) return cached;
    const frame = { ...describe(payload, head), calls: callsOf(payload, needle) };
    if (known.size < cachedFramesMax) known.set(key, frame);
    return frame;
  };
}

function describe(payload: Buffer, head: string): Omit<FrameSummary, 'calls'> {
  const at = payload.lastIndexOf('"cursor":"');
  const cursor = at < 0 ? null : payload.toString('latin1', at + 10, payload.indexOf('"', at + 10));
  return {
    isWelcome: head.startsWith('{"event":"Welcome"'),
    completes: cursor !== null && head.startsWith('{"event":"Snapshot"'),
    cursor,
  };
}

function callsOf(payload: Buffer, needle: Buffer): number[] {
  const calls: number[] = [];
  for (let at = payload.indexOf(needle); at >= 0; at = payload.indexOf(needle, at)) {
    at += needle.length;
    let number = 0;
    for (let digit = payload[at] ?? 0; digit >= 48 && digit <= 57; digit = payload[++at] ?? 0)
      number = number * 10 + digit - 48;
    calls.push(number);
  }
  return calls;
}
