-- Posts the lines of a file (the first argument after --) in rotation, and prints the result as one line of JSON.
local requests, sent = {}, 0

function init(args)
  local headers = { ['Content-Type'] = 'application/json' }
  for body in io.lines(args[1]) do
    requests[#requests + 1] = wrk.format('POST', nil, headers, body)
  end
end

function request()
  sent = sent % #requests + 1
  return requests[sent]
end

-- Times are in microseconds. os.clock() is the CPU time of all threads of wrk, in seconds.
function done(summary, latency)
  local errors = summary.errors
  local line = '{"requests":%d,"duration":%d,"p50":%d,"p99":%d,"p999":%d,"status":%d,"timeout":%d,"socket":%d,"cpuSeconds":%.3f}\n'
  local socket = errors.connect + errors.read + errors.write
  local p50, p99, p999 = latency:percentile(50), latency:percentile(99), latency:percentile(99.9)
  io.write(line:format(summary.requests, summary.duration, p50, p99, p999, errors.status, errors.timeout, socket, os.clock()))
end
