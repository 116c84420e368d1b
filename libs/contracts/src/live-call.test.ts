import fc from 'fast-check';
import { callsOfEvents, eventsOf, logs } from '@callstream/domain/testing';
import { callOfLive, LiveCall, liveCallOf } from './index.ts';

it('what crosses the socket as JSON is what the call was', () => {
  fc.assert(
    fc.property(logs(), (log) => {
      for (const call of callsOfEvents(eventsOf(log)).values()) {
        const received = LiveCall.parse(JSON.parse(JSON.stringify(liveCallOf(call))));
        expect(callOfLive(received)).toEqual(call);
      }
    }),
  );
});
