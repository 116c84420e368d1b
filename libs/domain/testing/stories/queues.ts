import type { Story } from '../story.ts';

/** Calls with several waits. */
export const queueStories: readonly Story[] = [
  {
    title: 'a call overflows to another queue, and is answered there',
    script: `
      0:05 waiting 900
      1:05 overflow →910
      1:05 waiting 910
      1:15 entered bia 910`,
    board: { '1:10': 'c waits 910 since 1:05', '1:20': 'c ongoing, bia on it; bia on call since 1:15' },
    visits: ['900 0:05-1:05 flowed_out', '910 1:05-1:15 answered 10 s by bia'],
    segments: ['bia 910 on 1:15-'],
    totals: '1 answered (ASA 10 s), 1 overflowed',
  },
  {
    title: 'an overflow to a queue is a wait there, also without a waiting event',
    script: `
      0:05 waiting 900
      1:05 overflow 900 →910`,
    board: { '1:10': 'c waits 910 since 1:05' },
    visits: ['900 0:05-1:05 flowed_out', '910 1:05- open'],
    segments: [],
    totals: '1 overflowed, 1 open',
  },
  {
    title: 'an overflow without a destination leaves the caller waiting',
    script: `
      0:05 waiting 900
      1:05 overflow 900`,
    board: { '1:10': 'c waits 900 since 0:05' },
    visits: ['900 0:05- open'],
    segments: [],
    totals: '1 open',
  },
  {
    title: 'an abandon before a wait elsewhere, without an end between, is an overflow',
    script: `
      0:05 waiting 900
      0:30 abandon 900
      0:31 waiting 901
      1:00 finished`,
    board: { '0:30': 'c standby', '0:40': 'c waits 901 since 0:31', '1:01': '' },
    visits: ['900 0:05-0:30 flowed_out', '901 0:31-1:00 abandoned 29 s'],
    segments: [],
    totals: '1 abandoned, 1 overflowed',
  },
  {
    title: 'an abandon in the second of the next wait elsewhere belongs to the wait before',
    script: `
      0:05 waiting 900
      0:30 waiting 901
      0:30 abandon 900`,
    board: { '0:40': 'c waits 901 since 0:30' },
    visits: ['900 0:05-0:30 flowed_out', '901 0:30- open'],
    segments: [],
    totals: '1 overflowed, 1 open',
  },
  {
    title: 'an abandon without a queue in the second of the next wait belongs to the wait before',
    script: `
      0:05 waiting 900
      0:30 abandon
      0:30 waiting 901`,
    board: { '0:40': 'c waits 901 since 0:30' },
    visits: ['900 0:05-0:30 flowed_out', '901 0:30- open'],
    segments: [],
    totals: '1 overflowed, 1 open',
  },
  {
    title: 'an abandon in the second of the next wait in the same queue belongs to the wait before',
    script: `
      0:05 waiting 900
      0:30 abandon 900
      0:30 waiting 900`,
    board: { '0:40': 'c waits 900 since 0:30' },
    visits: ['900 0:05-0:30 flowed_out', '900 0:30- open'],
    segments: [],
    totals: '1 overflowed, 1 open',
  },
  {
    title: 'an abandon in the second of the only wait ends it',
    script: `
      0:05 waiting 900
      0:05 abandon 900`,
    board: { '0:10': 'c standby' },
    visits: ['900 0:05-0:05 abandoned 0 s'],
    segments: [],
    totals: '1 abandoned',
  },
  {
    title: 'an abandon without a queue ends the wait, an abandon of another queue does not',
    script: `
      0:05 waiting 900
      0:10 abandon 901
      0:05 waiting 900 call=d
      0:10 abandon call=d`,
    board: { '0:15': 'c waits 900 since 0:05; d standby' },
    visits: ['900 0:05- open', 'd: 900 0:05-0:10 abandoned 5 s'],
    segments: [],
    totals: '1 abandoned, 1 open',
  },
  {
    title: 'a caller who comes back to the same queue has two visits',
    script: `
      0:05 waiting 900
      0:10 entered ana 900
      1:00 left ana 900
      1:00 waiting 900
      1:20 entered bia 900
      2:00 finished`,
    board: {
      '1:10': 'c waits 900 since 1:00; ana available since 1:00',
      '1:30': 'c ongoing, bia on it; ana available since 1:00; bia on call since 1:20',
    },
    visits: ['900 0:05-0:10 answered 5 s by ana', '900 1:00-1:20 answered 20 s by bia'],
    segments: ['ana 900 on 0:10-1:00 left', 'bia 900 on 1:20-2:00 finished'],
    totals: '2 answered (ASA 12.5 s)',
  },
  {
    title: 'a caller who goes from support to sales and back has three visits, without any actor.left',
    script: `
      0:05 waiting 900
      0:10 entered ana 900
      1:00 waiting 901
      1:10 entered bia 901
      2:00 waiting 900
      2:15 entered ana 900
      3:00 finished`,
    board: {
      '0:30': 'c ongoing, ana on it; ana on call since 0:10',
      '1:05': 'c waits 901 since 1:00; ana available since 1:00',
      '1:30': 'c ongoing, bia on it; ana available since 1:00; bia on call since 1:10',
      '2:10': 'c waits 900 since 2:00; ana available since 1:00; bia available since 2:00',
      '2:30': 'c ongoing, ana on it; ana on call since 2:15; bia available since 2:00',
      '3:01': 'ana available since 3:00; bia available since 2:00',
    },
    visits: [
      '900 0:05-0:10 answered 5 s by ana',
      '901 1:00-1:10 answered 10 s by bia',
      '900 2:00-2:15 answered 15 s by ana',
    ],
    segments: ['ana 900 on 0:10-1:00 transferred', 'bia 901 on 1:10-2:00 transferred', 'ana 900 on 2:15-3:00 finished'],
    totals: '3 answered (ASA 10 s)',
  },
  {
    title: 'for calls, "no queue" is a queue of its own',
    script: `
      0:05 waiting
      0:20 waiting 900
      0:30 waiting
      0:35 entered ana`,
    board: {
      '0:10': 'c waits nowhere since 0:05',
      '0:25': 'c waits 900 since 0:20',
      '0:32': 'c waits nowhere since 0:30',
    },
    visits: ['nowhere 0:05-0:20 flowed_out', '900 0:20-0:30 flowed_out', 'nowhere 0:30-0:35 answered 5 s by ana'],
    segments: ['ana nowhere on 0:35-'],
    totals: '1 answered (ASA 5 s), 2 overflowed',
  },
  {
    title: 'of two waits in one second, the later in the log counts',
    script: `
      0:05 waiting 900
      0:05 waiting 901`,
    board: { '0:10': 'c waits 901 since 0:05' },
    visits: ['900 0:05-0:05 flowed_out', '901 0:05- open'],
    segments: [],
    totals: '1 overflowed, 1 open',
  },
];
