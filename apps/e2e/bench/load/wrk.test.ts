import { parseWrk } from './wrk.ts';

// Printed by wrk 4.1.0 with wrk.lua.
const withErrors = `Running 3s test @ http://127.0.0.1:39191/webhook
  1 threads and 16 connections
  Thread Stats   Avg      Stdev     Max   +/- Stdev
    Latency     1.75ms    4.46ms  89.15ms   97.82%
    Req/Sec    12.97k     4.20k   18.35k    74.19%
  39904 requests in 3.10s, 4.78MB read
  Socket errors: connect 0, read 374, write 0, timeout 0
  Non-2xx or 3xx responses: 4027
Requests/sec:  12871.41
Transfer/sec:      1.54MB
{"requests":39904,"duration":3100204,"p50":1042,"p99":16044,"p999":31200,"status":4027,"timeout":0,"socket":374,"cpuSeconds":1.052}
`;
const withTimeouts = `Running 3s test @ http://127.0.0.1:39191/webhook
  1 threads and 16 connections
  Thread Stats   Avg      Stdev     Max   +/- Stdev
    Latency     2.11ms    2.67ms  41.13ms   97.96%
    Req/Sec     1.61k     1.38k    3.62k    44.44%
  1584 requests in 3.01s, 191.81KB read
  Socket errors: connect 0, read 0, write 0, timeout 16
Requests/sec:    526.94
Transfer/sec:     63.81KB
{"requests":1584,"duration":3006057,"p50":1720,"p99":11950,"p999":20400,"status":0,"timeout":16,"socket":0,"cpuSeconds":0.063}
`;

describe('parseWrk', () => {
  it('the output of wrk is parsed into seconds, milliseconds and requests per second', () => {
    const load = parseWrk(withErrors);
    expect(load).toMatchObject({ p50: 1.042, p99: 16.044, p999: 31.2, seconds: 3.100204, cpuSeconds: 1.052 });
    expect(load.requestsPerSecond).toBeCloseTo(12_871.41, 1);
    expect(parseWrk(withTimeouts).requestsPerSecond).toBeCloseTo(526.94, 1);
  });
  it('other statuses and broken connections of wrk count as failed', () => {
    expect(parseWrk(withErrors)).toMatchObject({ answered: 39_904 - 4_027, failed: 4_027 + 374 });
  });
  it('responses of wrk after the timeout count as failed', () => {
    expect(parseWrk(withTimeouts)).toMatchObject({ answered: 1_584 - 16, failed: 16 });
  });
  it('the error message contains the output of wrk if it has no result', () => {
    expect(() => parseWrk('Running 3s test\n')).toThrow('wrk printed no result:\nRunning 3s test');
  });
});
