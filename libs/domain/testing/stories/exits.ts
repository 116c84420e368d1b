import type { Story } from '../story.ts';

/** Exits of queue visits, as systems state them that say why a caller left. */
export const exitStories: readonly Story[] = [
  {
    title: 'a caller who is out of the queue, and nothing says why, left by a key',
    script: `
      0:05 waiting 900
      0:20 call.queue-left 900
      0:50 finished`,
    board: { '0:10': 'c waits 900 since 0:05', '0:30': 'c standby' },
    visits: ['900 0:05-0:20 by_key 15 s'],
    segments: [],
    totals: '1 by key',
  },
  {
    title: 'a caller who is out of the queue for an answer is answered, also if the agent enters a moment later',
    script: `
      0:05 waiting 900
      0:20 call.queue-left 900
      0:20.5 entered ana 900`,
    board: { '0:30': 'c ongoing, ana on it; ana on call since 0:20.5' },
    visits: ['900 0:05-0:20.5 answered 15.5 s by ana'],
    segments: ['ana 900 on 0:20.5-'],
    totals: '1 answered (ASA 15.5 s)',
  },
  {
    title: 'an answer long after an exit by a key is none of the queue',
    script: `
      0:05 waiting 900
      0:20 call.queue-left 900
      0:30 ongoing`,
    board: { '0:40': 'c ongoing' },
    visits: ['900 0:05-0:20 by_key 15 s'],
    segments: [],
    totals: '1 by key',
  },
  {
    title: 'an abandon is one, whether the exit is said before or after it',
    script: `
      0:05 waiting 900
      0:20 call.queue-left 900
      0:20.5 abandon 900
      0:05 waiting 900 call=b
      0:20 abandon 900 call=b
      0:20.5 call.queue-left 900 call=b`,
    board: { '0:30': 'b standby; c standby' },
    visits: ['b: 900 0:05-0:20 abandoned 15 s', '900 0:05-0:20 abandoned 15 s'],
    segments: [],
    totals: '2 abandoned',
  },
  {
    title: 'a wait that was too long for the queue is no abandon, although the system says that, too',
    script: `
      0:05 waiting 900
      0:35 abandon 900
      0:35 call.queue-left 900
      0:35.5 call.queue-timeout
      0:36 waiting 901
      0:40 entered bia 901`,
    board: { '0:36': 'c waits 901 since 0:36' },
    visits: ['900 0:05-0:35 timed_out 30 s', '901 0:36-0:40 answered 4 s by bia'],
    segments: ['bia 901 on 0:40-'],
    totals: '1 answered (ASA 4 s), 1 timed out',
  },
  {
    title: 'in the second in which one queue lets the caller out, the next may take the caller',
    script: `
      0:05 waiting 900
      0:35 waiting 901
      0:35 call.queue-timeout
      0:35 call.queue-left 900
      0:35 abandon 900`,
    board: { '0:36': 'c waits 901 since 0:35' },
    visits: ['900 0:05-0:35 timed_out 30 s', '901 0:35- open'],
    segments: [],
    totals: '1 timed out, 1 open',
  },
  {
    title: 'a caller who is let out of a queue and let in again has two visits',
    script: `
      0:05 waiting 900
      0:35 call.queue-timeout 900
      0:40 waiting 900
      0:50 entered ana 900`,
    board: { '0:45': 'c waits 900 since 0:40' },
    visits: ['900 0:05-0:35 timed_out 30 s', '900 0:40-0:50 answered 10 s by ana'],
    segments: ['ana 900 on 0:50-'],
    totals: '1 answered (ASA 10 s), 1 timed out',
  },
  {
    title: 'in the second in which a caller leaves a queue by a key, the same queue may take the caller again',
    script: `
      0:05 waiting 900
      0:35 waiting 900
      0:35 call.queue-left 900
      0:40 entered ana 900`,
    board: { '0:36': 'c waits 900 since 0:35' },
    visits: ['900 0:05-0:35 by_key 30 s', '900 0:35-0:40 answered 5 s by ana'],
    segments: ['ana 900 on 0:40-'],
    totals: '1 answered (ASA 5 s), 1 by key',
  },
  {
    title: 'a queue that is full, or has no agents, does not let the caller in',
    script: `
      0:05 call.queue-full 900
      0:06 call.queue-empty 901
      0:20 finished`,
    board: { '0:10': 'c standby' },
    visits: ['900 0:05-0:05 full', '901 0:06-0:06 empty'],
    segments: [],
    totals: '1 full, 1 empty',
  },
  {
    title: 'a caller is sent out when the last agent goes, or is taken out by an operator',
    script: `
      0:05 waiting 900
      0:20 call.queue-emptied
      0:20 call.queue-left 900
      0:30 waiting 901
      0:45 call.queue-withdrawn 901
      0:45 call.queue-left 901`,
    board: { '0:50': 'c standby' },
    visits: ['900 0:05-0:20 empty 15 s', '901 0:30-0:45 withdrawn 15 s'],
    segments: [],
    totals: '1 empty, 1 withdrawn',
  },
  {
    title: 'phones that answer while the caller waits do not answer the caller: the agent who enters does',
    script: `
      0:05 waiting 900
      0:06 ringing ana 900 number=200
      0:06 ringing bia 900 number=201
      0:10 peer.answered number=201
      0:10 peer.cancelled number=201
      0:10.2 entered ana 900`,
    board: { '0:10.1': 'c waits 900 since 0:05, ana rings; ana ringing since 0:06; bia available since 0:10' },
    visits: ['900 0:05-0:10.2 answered 5.2 s by ana'],
    segments: ['ana 900 rang 0:06, on 0:10.2-', 'bia 900 rang 0:06-0:10 answered_elsewhere'],
    totals: '1 answered (ASA 5.2 s)',
  },
  {
    title: 'a phone that answers after the queue answers the caller, who had not abandoned then',
    script: `
      0:05 waiting 900
      0:35 abandon 900
      0:45 peer.answered number=300`,
    board: { '0:40': 'c standby', '0:50': 'c ongoing' },
    visits: ['900 0:05-0:35 flowed_out'],
    segments: [],
    totals: '1 overflowed',
  },
  {
    title: 'a phone that answers in the moment of the abandon answers nobody',
    script: `
      0:05 waiting 900
      0:35 abandon 900
      0:35.1 peer.answered number=300
      0:36 finished`,
    board: { '0:35.5': 'c standby' },
    visits: ['900 0:05-0:35 abandoned 30 s'],
    segments: [],
    totals: '1 abandoned',
  },
  {
    title: 'a ring that is cancelled ends, and the phone that transfers a caller leaves the call',
    script: `
      0:05 waiting 900
      0:06 ringing ana 900 number=200
      0:14 peer.cancelled number=200
      0:20 ringing bia 900 number=201
      0:25 entered bia 900 number=201
      0:40 peer.left number=201`,
    board: {
      '0:15': 'c waits 900 since 0:05; ana available since 0:14',
      '0:50': 'c ongoing; ana available since 0:14; bia available since 0:40',
    },
    visits: ['900 0:05-0:25 answered 20 s by bia'],
    segments: ['ana 900 rang 0:06-0:14 cancelled', 'bia 900 rang 0:20, on 0:25-0:40 left'],
    totals: '1 answered (ASA 20 s)',
  },
];
