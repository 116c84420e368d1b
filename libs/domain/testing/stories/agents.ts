import type { Story } from '../story.ts';

const offCalls = { visits: [], segments: [], totals: 'nothing' } as const;

/** Presence of agents off calls. */
export const agentStories: readonly Story[] = [
  {
    title: 'the latest of log-in, pause, unpause and log-out counts, in each queue',
    script: `
      0:00 login ana 900
      0:00 login ana 901
      0:10 pause ana 900
      0:20 unpause ana 900
      0:30 logout ana 901
      0:40 logout ana 900`,
    board: {
      '0:05': 'ana available since 0:00',
      '0:15': 'ana available since 0:00 (900 paused since 0:10, 901 available since 0:00)',
      '0:25': 'ana available since 0:20 (900 available since 0:20, 901 available since 0:00)',
      '0:35': 'ana available since 0:20 (900 available since 0:20, 901 logged out since 0:30)',
      '0:45': 'ana logged out since 0:40 (900 logged out since 0:40, 901 logged out since 0:30)',
    },
    ...offCalls,
  },
  {
    title: 'a pause without a queue pauses all queues, and an unpause with a queue undoes it in that queue',
    script: `
      0:00 login ana 900
      0:00 login ana 901
      0:10 pause ana
      0:20 unpause ana 901
      0:30 unpause ana`,
    board: {
      '0:15': 'ana paused since 0:10',
      '0:25': 'ana available since 0:20 (900 paused since 0:10, 901 available since 0:20)',
      '0:35': 'ana available since 0:30',
    },
    ...offCalls,
  },
  {
    title: 'a log-in without a queue undoes only a log-out without a queue',
    script: `
      0:00 login ana 900
      0:00 login ana 901
      0:10 logout ana 900
      0:20 login ana
      0:30 logout ana
      0:40 login ana`,
    board: {
      '0:25': 'ana available since 0:20 (900 logged out since 0:10, 901 available since 0:20)',
      '0:35': 'ana logged out since 0:10 (900 logged out since 0:10, 901 logged out since 0:30)',
      '0:45': 'ana available since 0:40 (900 logged out since 0:10, 901 available since 0:40)',
    },
    ...offCalls,
  },
  {
    title: '"no queue" is shown only if the agent has no other queue',
    script: `
      0:00 login ana
      0:10 login ana 900`,
    board: { '0:05': 'ana available since 0:00', '0:15': 'ana available since 0:10' },
    ...offCalls,
  },
  {
    title: 'an agent can go from offline to a break to available, without a log-in',
    script: `
      0:00 logout ana 900
      1:00 pause ana 900
      2:00 unpause ana 900`,
    board: {
      '0:30': 'ana logged out since 0:00',
      '1:30': 'ana paused since 1:00',
      '2:30': 'ana available since 2:00',
    },
    ...offCalls,
  },
  {
    title: 'an agent of a queue can go from offline to a break to available, by events without queues',
    script: `
      0:00 new
      0:01 entered ana 900
      0:10 left ana 900
      0:10 finished
      10:00 logout ana
      11:00 pause ana
      12:00 unpause ana`,
    board: {
      '10:30': 'ana logged out since 10:00',
      '11:30': 'ana paused since 11:00',
      '12:30': 'ana available since 12:00',
    },
    visits: [],
    segments: ['ana 900 on 0:01-0:10 left'],
    totals: 'nothing',
  },
  {
    title: 'a pause without a queue does not undo a log-out with a queue',
    script: `
      0:00 logout ana 900
      1:00 pause ana
      2:00 unpause ana`,
    board: { '1:30': 'ana logged out since 0:00', '2:30': 'ana logged out since 0:00' },
    ...offCalls,
  },
  {
    title: 'of a log-out and a log-in in one second, the later in the log counts',
    script: `
      0:00 login ana 900
      1:00 logout ana 900
      1:00 login ana 900
      0:00 login bia 900
      1:00 login bia 900
      1:00 logout bia 900`,
    board: { '1:05': 'ana available since 1:00; bia logged out since 1:00' },
    ...offCalls,
  },
  {
    title: 'a pause and an unpause within two seconds after a log-out do not undo it',
    script: `
      0:00 login ana 900
      1:00 logout ana 900
      1:00 pause ana 900
      1:02 unpause ana 900`,
    board: { '1:05': 'ana logged out since 1:00' },
    ...offCalls,
  },
  {
    title: 'a log-out ends no call, and the automatic unpause after the call does not undo the log-out',
    script: `
      0:00 login ana 900
      0:05 waiting 900
      0:10 entered ana 900
      1:00 logout ana 900
      2:00 left ana 900
      2:00 finished
      2:30 unpause ana 900`,
    board: {
      '1:30': 'c ongoing, ana on it; ana on call since 0:10',
      '2:10': 'ana logged out since 1:00',
      '2:40': 'ana logged out since 1:00',
    },
    visits: ['900 0:05-0:10 answered 5 s by ana'],
    segments: ['ana 900 on 0:10-2:00 left'],
    totals: '1 answered (ASA 5 s)',
  },
  {
    title: 'an unpause more than five minutes after a call undoes a log-out',
    script: `
      0:00 login ana 900
      0:10 entered ana 900
      1:00 logout ana 900
      2:00 left ana 900
      7:00 unpause ana 900
      7:01 unpause ana 900`,
    board: {
      '7:00': 'c ongoing; ana logged out since 1:00',
      '7:05': 'c ongoing; ana available since 7:01',
    },
    visits: [],
    segments: ['ana 900 on 0:10-2:00 left'],
    totals: 'nothing',
  },
  {
    title: 'a ring through the queue more than two seconds after the log-out undoes it',
    script: `
      0:00 logout ana 900
      0:00 logout bia 900
      0:02 ringing ana 900
      0:03 ringing bia 900
      0:10 noanswer ana 900
      0:10 noanswer bia 900`,
    board: { '0:20': 'c new; ana logged out since 0:00; bia available since 0:10' },
    visits: [],
    segments: ['ana 900 rang 0:02-0:10 noanswer', 'bia 900 rang 0:03-0:10 noanswer'],
    totals: 'nothing',
  },
  {
    title: 'a call through another queue does not undo a log-out',
    script: `
      0:00 logout ana 900
      1:00 entered ana 901
      1:30 left ana 901`,
    board: { '1:35': 'c ongoing; ana available since 1:30 (900 logged out since 0:00, 901 available since 1:30)' },
    visits: [],
    segments: ['ana 901 on 1:00-1:30 left'],
    totals: 'nothing',
  },
  {
    title: 'after twelve hours without an event an agent’s presence is not known, unless the agent logged out',
    script: `
      0:00 login ana 900
      0:00 pause bia 900
      0:00 logout carla 900`,
    board: {
      '12:00:00': 'ana available since 0:00; bia paused since 0:00; carla logged out since 0:00',
      '12:00:01': 'ana not known since 0:00; bia not known since 0:00; carla logged out since 0:00',
    },
    ...offCalls,
  },
  {
    title: 'with PRESENCE_STALE_HOURS=0 a presence never expires',
    rules: { presenceStaleMs: 0 },
    script: `
      0:00 login ana 900
      0:00 pause bia 900`,
    board: { '30d0:00:00': 'ana available since 0:00; bia paused since 0:00' },
    ...offCalls,
  },
  {
    title: 'the presence of an agent on a stale call is not known until the agent’s next event',
    script: `
      0:05 waiting 900
      0:10 entered ana 900
      2:30:00 unpause ana 900`,
    board: {
      '2:00:10': 'c ongoing, ana on it; ana on call since 0:10',
      '2:00:11': 'c stale; ana not known since 0:10',
      '2:30:01': 'c stale; ana available since 2:30:00',
    },
    visits: ['900 0:05-0:10 answered 5 s by ana'],
    segments: ['ana 900 on 0:10-'],
    totals: '1 answered (ASA 5 s)',
  },
  {
    title: 'an agent who left a call that never ends is available',
    script: `
      0:05 waiting 900
      0:10 entered ana 900
      1:00 left ana 900`,
    board: { '3:00:00': 'c stale; ana available since 1:00' },
    visits: ['900 0:05-0:10 answered 5 s by ana'],
    segments: ['ana 900 on 0:10-1:00 left'],
    totals: '1 answered (ASA 5 s)',
  },
];
