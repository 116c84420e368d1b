import fc from 'fast-check';
import { callsOfEvents, eventsOf, logs } from '@callstream/domain/testing';
import { callOfLive, LiveCall, liveCallOf } from './index.ts';

it('a call survives encoding to JSON for the socket and decoding', () => {
  fc.assert(
    fc.property(logs(), (log) => {
      for (const call of callsOfEvents(eventsOf(log)).values()) {
        const received = LiveCall.parse(JSON.parse(JSON.stringify(liveCallOf(call))));
        expect(callOfLive(received)).toEqual(call);
      }
    }),
  );
});
