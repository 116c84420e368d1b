import type { Story } from '../story.ts';

const offCalls = { visits: [], segments: [], totals: 'nothing' } as const;

/** What agents say of themselves. */
export const agentStories: readonly Story[] = [
  {
    title: 'of log-in, pause, unpause and log-out the latest holds, in each queue',
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
    title: 'a pause without a queue pauses all queues, and an unpause by name undoes it in that queue',
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
    title: 'a log-in without a queue does not undo a log-out by name, but one without a queue',
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
    title: 'no queue is a row of its own only if there is no other',
    script: `
      0:00 login ana
      0:10 login ana 900`,
    board: { '0:05': 'ana available since 0:00', '0:15': 'ana available since 0:10' },
    ...offCalls,
  },
  {
    title: 'offline → break → available, without a log-in',
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
    title: 'offline → break → available, without a log-in and without queues, of an agent of a queue',
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
    title: 'a pause without a queue does not undo a log-out by name',
    script: `
      0:00 logout ana 900
      1:00 pause ana
      2:00 unpause ana`,
    board: { '1:30': 'ana logged out since 0:00', '2:30': 'ana logged out since 0:00' },
    ...offCalls,
  },
  {
    title: 'of log-out and log-in in one second, the later in the log holds',
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
    title: 'a pause and an unpause within two seconds of a log-out belong to it',
    script: `
      0:00 login ana 900
      1:00 logout ana 900
      1:00 pause ana 900
      1:02 unpause ana 900`,
    board: { '1:05': 'ana logged out since 1:00' },
    ...offCalls,
  },
  {
    title: 'logging out ends no call, and what unpauses by itself after the call does not log in again',
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
    title: 'who unpauses more than five minutes after a call is there again',
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
    title: 'a ring through the queue more than two seconds after the log-out shows that the agent is there',
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
    title: 'of an agent of whom nothing was heard for twelve hours nothing is known, but that the agent logged out',
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
    title: 'with PRESENCE_STALE_HOURS=0 what was heard last holds for ever',
    rules: { presenceStaleMs: 0 },
    script: `
      0:00 login ana 900
      0:00 pause bia 900`,
    board: { '30d0:00:00': 'ana available since 0:00; bia paused since 0:00' },
    ...offCalls,
  },
  {
    title: 'of an agent whose call is stale nothing is known, until the agent’s next word',
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
