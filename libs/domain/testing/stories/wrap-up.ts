import type { Story } from '../story.ts';

const rules = { wrapUpMs: 60_000 };
const answered = { visits: ['900 0:05-0:10 answered 5 s by ana'], totals: '1 answered (ASA 5 s)' } as const;
const talk = `
      0:00 login ana 900
      0:05 waiting 900
      0:10 entered ana 900
      1:00 left ana 900
      1:00 finished`;
const talked = { ...answered, segments: ['ana 900 on 0:10-1:00 left'] } as const;

/** Presence of agents after their calls, with WRAP_UP_SECONDS=60. */
export const wrapUpStories: readonly Story[] = [
  {
    title: 'after a call an agent is in wrap-up for as long as set, and then available without an event',
    rules,
    script: talk,
    board: {
      '0:59': 'c ongoing, ana on it; ana on call since 0:10',
      '1:00': 'ana wrap up since 1:00 until 2:00',
      '1:59': 'ana wrap up since 1:00 until 2:00',
      '2:00': 'ana available since 2:00',
    },
    ...talked,
  },
  {
    title: 'without WRAP_UP_SECONDS an agent is available at once',
    script: talk,
    board: { '1:00': 'ana available since 1:00' },
    ...talked,
  },
  {
    title: 'wrap-up is of all queues of the agent, and begins also when the call ends or goes on elsewhere',
    rules,
    script: `
      0:00 login ana 900
      0:00 login ana 901
      0:05 waiting 900
      0:10 entered ana 900
      1:00 waiting 902
      1:30 abandon 902
      1:30 finished`,
    board: {
      '1:10': 'c waits 902 since 1:00; ana wrap up since 1:00 until 2:00',
      '2:10': 'ana available since 2:00',
    },
    visits: ['900 0:05-0:10 answered 5 s by ana', '902 1:00-1:30 abandoned 30 s'],
    segments: ['ana 900 on 0:10-1:00 transferred'],
    totals: '1 answered (ASA 5 s), 1 abandoned',
  },
  {
    title: 'a missed ring is no call: no wrap-up begins with it, and none is over',
    rules,
    script: `
      0:00 login ana 900
      0:00 login bia 900
      0:05 waiting 900
      0:10 entered ana 900
      1:00 left ana 900
      1:00 finished
      1:10 ringing ana 900 call=d
      1:10 ringing bia 900 call=d
      1:20 noanswer ana 900 call=d
      1:20 noanswer bia 900 call=d
      1:20 finished call=d`,
    board: {
      '1:15': 'd new, ana rings, bia rings; ana ringing since 1:10; bia ringing since 1:10',
      '1:30': 'ana wrap up since 1:00 until 2:00; bia available since 1:20',
      '2:30': 'ana available since 2:00; bia available since 1:20',
    },
    visits: answered.visits,
    segments: ['ana 900 on 0:10-1:00 left', 'd: ana 900 rang 1:10-1:20 noanswer', 'd: bia 900 rang 1:10-1:20 noanswer'],
    totals: answered.totals,
  },
  {
    title: 'an agent who takes the next call is on it, and its end begins the next wrap-up',
    rules,
    script: `${talk}
      1:20 entered ana 900 call=d
      1:40 left ana 900 call=d
      1:40 finished call=d`,
    board: {
      '1:30': 'd ongoing, ana on it; ana on call since 1:20',
      '1:50': 'ana wrap up since 1:40 until 2:40',
      '2:40': 'ana available since 2:40',
    },
    ...talked,
    segments: [...talked.segments, 'd: ana 900 on 1:20-1:40 left'],
  },
  {
    title: 'of several calls at once, the one that the agent left last counts',
    rules: { wrapUpMs: 60_000, takeSeveralCalls: true },
    script: `
      0:00 login ana 900
      0:05 waiting 900
      0:10 entered ana 900
      0:20 entered ana 900 call=d
      0:30 left ana 900 call=d
      0:30 finished call=d
      1:00 left ana 900
      1:00 finished
      1:10 ringing ana 900 call=e
      1:20 noanswer ana 900 call=e
      1:20 finished call=e`,
    board: {
      '0:40': 'c ongoing, ana on it; ana on call since 0:10',
      '1:30': 'ana wrap up since 1:00 until 2:00',
    },
    ...talked,
    segments: [...talked.segments, 'd: ana 900 on 0:20-0:30 left', 'e: ana 900 rang 1:10-1:20 noanswer'],
  },
  {
    title: 'a pause or a log-out during the call or after it comes before wrap-up',
    rules,
    script: `${talk}
      0:50 pause bia 900
      0:10 entered bia 900 call=d
      1:00 left bia 900 call=d
      1:00 finished call=d
      1:10 pause ana 900
      1:20 logout ana 900`,
    board: {
      '1:05': 'ana wrap up since 1:00 until 2:00; bia paused since 0:50',
      '1:15': 'ana paused since 1:10; bia paused since 0:50',
      '1:25': 'ana logged out since 1:20; bia paused since 0:50',
    },
    ...talked,
    segments: [...talked.segments, 'd: bia 900 on 0:10-1:00 left'],
  },
  {
    title: 'an unpause or a log-in after the call ends wrap-up in its queue, one in the second of the end does not',
    rules,
    script: `${talk}
      0:00 login ana 901
      1:00 unpause ana 900
      1:30 unpause ana 900`,
    board: {
      '1:10': 'ana wrap up since 1:00 until 2:00',
      '1:40': 'ana wrap up since 1:00 until 2:00 (900 available since 1:30, 901 wrap up since 1:00 until 2:00)',
      '2:10': 'ana available since 1:30 (900 available since 1:30, 901 available since 2:00)',
    },
    ...talked,
  },
  {
    title: 'an unpause of the second in which the call ended does not end wrap-up, however late it arrives',
    rules,
    script: `${talk}
      1:00 unpause ana 900 received 1:03`,
    board: { '1:05': 'ana wrap up since 1:00 until 2:00' },
    ...talked,
  },
  {
    title: 'the end of a call by a clock that is behind counts by our clock',
    rules,
    script: `
      0:05 waiting 900 clock -3h
      0:10 entered ana 900 clock -3h
      1:00 left ana 900 clock -3h
      1:00 finished clock -3h`,
    board: { '1:10': 'ana wrap up since 1:00 until 2:00', '2:10': 'ana available since 2:00' },
    visits: ['900 -2:59:55--2:59:50 answered 5 s by ana'],
    segments: ['ana 900 on -2:59:50--2:59:00 left'],
    totals: '1 answered (ASA 5 s)',
  },
];
