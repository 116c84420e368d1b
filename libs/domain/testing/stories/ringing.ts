import type { Story } from '../story.ts';

/** Agents whose phones ring. */
export const ringingStories: readonly Story[] = [
  {
    title: 'when one of three ringing agents answers, the other two are available at once',
    script: `
      0:05 waiting 900
      0:06 ringing ana 900
      0:06 ringing bia 900
      0:06 ringing carla 900
      0:10 entered bia 900`,
    board: {
      '0:08':
        'c waits 900 since 0:05, ana rings, bia rings, carla rings; ana ringing since 0:06; bia ringing since 0:06; carla ringing since 0:06',
      '0:12': 'c ongoing, bia on it; ana available since 0:10; bia on call since 0:10; carla available since 0:10',
    },
    visits: ['900 0:05-0:10 answered 5 s by bia'],
    segments: [
      'ana 900 rang 0:06-0:10 answered_elsewhere',
      'bia 900 rang 0:06, on 0:10-',
      'carla 900 rang 0:06-0:10 answered_elsewhere',
    ],
    totals: '1 answered (ASA 5 s)',
  },
  {
    title: 'an agent can reject a call, and answer it when it rings again',
    script: `
      0:05 waiting 900
      0:06 ringing ana 900
      0:10 noanswer ana 900
      0:20 ringing ana 900
      0:25 entered ana 900
      1:00 left ana 900
      1:00 finished`,
    board: {
      '0:15': 'c waits 900 since 0:05; ana available since 0:10',
      '0:22': 'c waits 900 since 0:05, ana rings; ana ringing since 0:20',
      '0:30': 'c ongoing, ana on it; ana on call since 0:25',
      '1:05': 'ana available since 1:00',
    },
    visits: ['900 0:05-0:25 answered 20 s by ana'],
    segments: ['ana 900 rang 0:06-0:10 noanswer', 'ana 900 rang 0:20, on 0:25-1:00 left'],
    totals: '1 answered (ASA 20 s)',
  },
  {
    title: 'a phone can ring again in the second in which the agent rejected',
    script: `
      0:05 waiting 900
      0:06 ringing ana 900
      0:10 noanswer ana 900
      0:10 ringing ana 900`,
    board: { '0:15': 'c waits 900 since 0:05, ana rings; ana ringing since 0:10' },
    visits: ['900 0:05- open'],
    segments: ['ana 900 rang 0:06-0:10 noanswer', 'ana 900 rang 0:10-'],
    totals: '1 open',
  },
  {
    title: 'a ring that is rejected in the same second has ended',
    script: `
      0:05 waiting 900
      0:06 ringing ana 900
      0:06 noanswer ana 900`,
    board: { '0:15': 'c waits 900 since 0:05; ana available since 0:06' },
    visits: ['900 0:05- open'],
    segments: ['ana 900 rang 0:06-0:06 noanswer'],
    totals: '1 open',
  },
  {
    title: 'a ring times out after two minutes',
    script: `
      0:05 waiting 900
      0:10 ringing ana 900`,
    board: {
      '2:10': 'c waits 900 since 0:05, ana rings; ana ringing since 0:10',
      '2:11': 'c waits 900 since 0:05; ana available since 2:10',
    },
    visits: ['900 0:05- open'],
    segments: ['ana 900 rang 0:10-'],
    totals: '1 open',
  },
  {
    title: 'RING_MAX_SECONDS sets the time-out of a ring',
    rules: { ringMsMax: 30_000 },
    script: `
      0:05 waiting 900
      0:10 ringing ana 900
      0:25 ringing ana 900`,
    board: {
      '0:55': 'c waits 900 since 0:05, ana rings; ana ringing since 0:10',
      '0:56': 'c waits 900 since 0:05; ana available since 0:55',
    },
    visits: ['900 0:05- open'],
    segments: ['ana 900 rang 0:10-'],
    totals: '1 open',
  },
  {
    title: 'while an agent is on the call, only rings of other queues open',
    script: `
      0:05 waiting 900
      0:10 entered ana 900
      0:11 ringing bia 900
      0:12 ringing carla`,
    board: { '0:15': 'c ongoing, ana on it, carla rings; ana on call since 0:10; carla ringing since 0:12' },
    visits: ['900 0:05-0:10 answered 5 s by ana'],
    segments: ['ana 900 on 0:10-', 'carla nowhere rang 0:12-'],
    totals: '1 answered (ASA 5 s)',
  },
  {
    title: 'a wait in another queue ends the rings of the queue before',
    script: `
      0:05 waiting 900
      0:06 ringing ana 900
      0:20 waiting 901
      0:20 ringing bia 901`,
    board: { '0:25': 'c waits 901 since 0:20, bia rings; ana available since 0:20; bia ringing since 0:20' },
    visits: ['900 0:05-0:20 flowed_out', '901 0:20- open'],
    segments: ['ana 900 rang 0:06-0:20 transferred', 'bia 901 rang 0:20-'],
    totals: '1 overflowed, 1 open',
  },
  {
    title: 'a repeated wait in another queue ends late rings of the queue before',
    script: `
      0:05 waiting 900
      0:20 waiting 901
      0:21 ringing ana 900
      0:30 waiting 901`,
    board: {
      '0:25': 'c waits 901 since 0:20, ana rings; ana ringing since 0:21',
      '0:35': 'c waits 901 since 0:20; ana available since 0:30',
    },
    visits: ['900 0:05-0:20 flowed_out', '901 0:20- open'],
    segments: ['ana 900 rang 0:21-0:30 transferred'],
    totals: '1 overflowed, 1 open',
  },
  {
    title: 'an agent’s ring ends when the agent answers another call, also one without a queue',
    script: `
      0:05 waiting 900
      0:06 ringing ana 900
      0:10 new call=d
      0:12 entered ana call=d`,
    board: { '0:15': 'c waits 900 since 0:05; d ongoing, ana on it; ana on call since 0:12' },
    visits: ['900 0:05- open'],
    segments: ['ana 900 rang 0:06-', 'd: ana nowhere on 0:12-'],
    totals: '1 open',
  },
  {
    title: 'an agent’s ring ends when the agent logs out of the queue',
    script: `
      0:00 login ana 900
      0:05 waiting 900
      0:06 ringing ana 900
      0:12 logout ana 900`,
    board: { '0:15': 'c waits 900 since 0:05; ana logged out since 0:12' },
    visits: ['900 0:05- open'],
    segments: ['ana 900 rang 0:06-'],
    totals: '1 open',
  },
  {
    title: 'a ring in the second of the abandon has ended',
    script: `
      0:05 waiting 900
      0:20 abandon 900
      0:20 ringing ana 900`,
    board: { '0:25': 'c standby; ana available since 0:20' },
    visits: ['900 0:05-0:20 abandoned 15 s'],
    segments: ['ana 900 rang 0:20-0:20 abandoned'],
    totals: '1 abandoned',
  },
  {
    title: 'an agent of whom only actor.left is known was on the call until then',
    script: `
      0:05 ongoing
      0:40 left ana 900`,
    board: { '0:45': 'c ongoing; ana available since 0:40' },
    visits: [],
    segments: ['ana 900 -0:40 left'],
    totals: 'nothing',
  },
];
