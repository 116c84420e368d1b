/** What became of the generated calls: by construction, so that nothing has to read the lines to know it. */
export interface GeneratedCalls {
  readonly calls: number;
  readonly answered: number;
  readonly abandoned: number;
}

/** Every tenth call is abandoned. */
const abandonedEvery = 10;
/** A call has so many lines: of the queue, a missed ring, the answer and the end; or of the queue and the abandon. */
const [answeredLines, abandonedLines] = [4, 2];
const queues = ['support', 'sales', 'billing', 'claims'];
const agents = 40;
/** Time between two calls, in s. */
const secondsBetweenCalls = 7;

/** Number of lines of so many generated calls. */
export const linesOfCalls = (calls: number): number =>
  Math.ceil(calls / abandonedEvery) * abandonedLines + (calls - Math.ceil(calls / abandonedEvery)) * answeredLines;

/** What {@link queueLogLines} of so many calls say. */
export function generatedCalls(calls: number): GeneratedCalls {
  const abandoned = Math.ceil(calls / abandonedEvery);
  return { calls, answered: calls - abandoned, abandoned };
}

/** Lines of a queue_log with line breaks, call after call. @param startsAt of the first call, in s since 1970 */
export function* queueLogLines(calls: number, startsAt: number): Generator<string> {
  for (let call = 0; call < calls; call++) {
    const at = startsAt + call * secondsBetweenCalls;
    const id = `${at}.${call}`;
    const queue = queues[call % queues.length] ?? '';
    const agent = (offset: number): string => `Agent ${200 + ((call + offset) % agents)}`;
    const line = (seconds: number, rest: string): string => `${at + seconds}|${id}|${queue}|${rest}\n`;
    yield line(0, `NONE|ENTERQUEUE||${100_000 + call}|1`);
    if (call % abandonedEvery === 0) yield line(20, 'NONE|ABANDON|1|1|20');
    else {
      yield line(10, `${agent(1)}|RINGNOANSWER|8000`);
      yield line(15, `${agent(0)}|CONNECT|15|${at + 11}.1|4`);
      yield line(75, `${agent(0)}|COMPLETECALLER|15|60|1`);
    }
  }
}
