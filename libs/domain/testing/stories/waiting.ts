import type { Story } from '../story.ts';

/** Callers who wait, and the agents who answer them. */
export const waitingStories: readonly Story[] = [
  {
    title: 'a caller waits, is answered, and hangs up',
    script: `
      0:00 login ana 900
      1:00 new inbound
      1:05 waiting 900
      1:10 ringing ana 900
      1:15 entered ana 900
      1:15 ongoing
      2:15 left ana 900
      2:16 finished`,
    board: {
      '1:02': 'c new; ana available since 0:00',
      '1:07': 'c waits 900 since 1:05; ana available since 0:00',
      '1:12': 'c waits 900 since 1:05, ana rings; ana ringing since 1:10',
      '1:20': 'c ongoing, ana on it; ana on call since 1:15',
      '2:15': 'c ongoing; ana available since 2:15',
      '2:20': 'ana available since 2:15',
    },
    visits: ['900 1:05-1:15 answered 10 s by ana'],
    segments: ['ana 900 rang 1:10, on 1:15-2:15 left'],
    totals: '1 answered (ASA 10 s)',
  },
  {
    title: 'an abandon ends wait and ring, also without call.finished',
    script: `
      0:00 new
      0:05 waiting 900
      0:10 ringing ana 900
      0:20 abandon 900`,
    board: { '0:30': 'c standby; ana available since 0:20' },
    visits: ['900 0:05-0:20 abandoned 15 s'],
    segments: ['ana 900 rang 0:10-0:20 abandoned'],
    totals: '1 abandoned',
  },
  {
    title: 'a call that ends while the caller waits is abandoned, also without call.queue-abandon',
    script: `
      0:00 new
      0:05 waiting 900
      0:10 ringing ana 900
      0:20 finished`,
    board: { '0:15': 'c waits 900 since 0:05, ana rings; ana ringing since 0:10', '0:30': 'ana available since 0:20' },
    visits: ['900 0:05-0:20 abandoned 15 s'],
    segments: ['ana 900 rang 0:10-0:20 finished'],
    totals: '1 abandoned',
  },
  {
    title: 'repeated waits are one wait, which begins with the first',
    script: `
      0:05 waiting 900
      0:15 waiting 900
      0:25 waiting 900
      0:30 entered ana 900`,
    board: { '0:26': 'c waits 900 since 0:05', '0:31': 'c ongoing, ana on it; ana on call since 0:30' },
    visits: ['900 0:05-0:30 answered 25 s by ana'],
    segments: ['ana 900 on 0:30-'],
    totals: '1 answered (ASA 25 s)',
  },
  {
    title: 'a wait while an agent of this queue is on the call opens nothing',
    script: `
      0:05 waiting 900
      0:10 entered ana 900
      0:12 waiting 900`,
    board: { '0:15': 'c ongoing, ana on it; ana on call since 0:10' },
    visits: ['900 0:05-0:10 answered 5 s by ana'],
    segments: ['ana 900 on 0:10-'],
    totals: '1 answered (ASA 5 s)',
  },
  {
    title: 'call.ongoing answers, although it names no agent',
    script: `
      0:05 waiting 900
      0:06 ringing ana 900
      0:10 ongoing`,
    board: { '0:15': 'c ongoing; ana available since 0:10' },
    visits: ['900 0:05-0:10 answered 5 s'],
    segments: ['ana 900 rang 0:06-0:10 answered_elsewhere'],
    totals: '1 answered (ASA 5 s)',
  },
  {
    title: 'call.ongoing shortly before actor.entered is the answer of that agent',
    script: `
      0:05 waiting 900
      0:06 ringing ana 900
      0:10.100 ongoing
      0:10.300 entered ana 900`,
    board: { '0:15': 'c ongoing, ana on it; ana on call since 0:10.3' },
    visits: ['900 0:05-0:10.1 answered 5.1 s by ana'],
    segments: ['ana 900 rang 0:06, on 0:10.3-'],
    totals: '1 answered (ASA 5.1 s)',
  },
  {
    title: 'a call without a queue is ongoing, and in no total',
    script: `
      0:00 new inbound
      0:04 ongoing
      1:00 finished`,
    board: { '0:10': 'c ongoing', '1:01': '' },
    visits: [],
    segments: [],
    totals: 'nothing',
  },
  {
    title: 'a later standby ends the wait',
    script: `
      0:05 waiting 900
      0:20 standby
      0:40 waiting 900
      0:50 entered ana 900`,
    board: { '0:30': 'c standby', '0:45': 'c waits 900 since 0:40' },
    visits: ['900 0:05-0:20 flowed_out', '900 0:40-0:50 answered 10 s by ana'],
    segments: ['ana 900 on 0:50-'],
    totals: '1 answered (ASA 10 s), 1 overflowed',
  },
  {
    title: 'a standby in the second of the wait does not end it',
    script: `
      0:05 waiting 900
      0:05 standby`,
    board: { '0:30': 'c waits 900 since 0:05' },
    visits: ['900 0:05- open'],
    segments: [],
    totals: '1 open',
  },
];

/** An answer in the second of the wait ends it only if it names this queue or none, or is `ongoing`. */
const sameSecond = (title: string, answer: string, expected: Omit<Story, 'title' | 'script' | 'totals'>): Story => ({
  ...expected,
  title: `in one second with the wait, ${title}`,
  script: `0:05 waiting 900\n0:05 ${answer}`,
  totals: expected.visits[0]?.includes('answered') ? '1 answered (ASA 0 s)' : '1 open',
});

export const sameSecondStories: readonly Story[] = [
  sameSecond('an answer that names its queue ends it', 'entered ana 900', {
    board: { '0:10': 'c ongoing, ana on it; ana on call since 0:05' },
    visits: ['900 0:05-0:05 answered 0 s by ana'],
    segments: ['ana 900 on 0:05-'],
  }),
  sameSecond('an answer that names no queue ends it', 'entered ana', {
    board: { '0:10': 'c ongoing, ana on it; ana on call since 0:05' },
    visits: ['900 0:05-0:05 answered 0 s by ana'],
    segments: ['ana nowhere on 0:05-'],
  }),
  sameSecond('an answer of another queue does not end it', 'entered ana 901', {
    board: { '0:10': 'c waits 900 since 0:05, ana on it; ana on call since 0:05' },
    visits: ['900 0:05- open'],
    segments: ['ana 901 on 0:05-'],
  }),
  sameSecond('call.ongoing ends it', 'ongoing', {
    board: { '0:10': 'c ongoing' },
    visits: ['900 0:05-0:05 answered 0 s'],
    segments: [],
  }),
  sameSecond('call.ongoing ends it, also with the name of another queue', 'ongoing 901', {
    board: { '0:10': 'c ongoing' },
    visits: ['900 0:05-0:05 answered 0 s'],
    segments: [],
  }),
  {
    title: 'a second after the wait, an answer of another queue ends the wait',
    script: `
      0:05 waiting 900
      0:06 entered ana 901`,
    board: { '0:10': 'c ongoing, ana on it; ana on call since 0:06' },
    visits: ['900 0:05-0:06 answered 1 s by ana'],
    segments: ['ana 901 on 0:06-'],
    totals: '1 answered (ASA 1 s)',
  },
  {
    title: 'an answer of another queue in the second of a repeated wait does not end the wait',
    script: `
      0:05 waiting 900
      0:09 waiting 900
      0:09 entered ana 901`,
    board: { '0:10': 'c waits 900 since 0:05, ana on it; ana on call since 0:09' },
    visits: ['900 0:05- open'],
    segments: ['ana 901 on 0:09-'],
    totals: '1 open',
  },
  {
    title: 'a caller who is answered in one queue and waits in the next in that second has a visit in both',
    script: `
      0:05 waiting 900
      0:20 waiting 901
      0:20 entered ana 900`,
    board: { '0:30': 'c waits 901 since 0:20, ana on it; ana on call since 0:20' },
    visits: ['900 0:05-0:20 answered 15 s by ana', '901 0:20- open'],
    segments: ['ana 900 on 0:20-'],
    totals: '1 answered (ASA 15 s), 1 open',
  },
];
