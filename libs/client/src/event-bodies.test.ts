import { parseFrame } from './messages.ts';

const bodies = [
  '{"event":{"event":1.10},"n":[9007199254740993]}',
  '{ "type":"\\"}{event\\":", "events":[{"event":{}}] }',
];
const listed = (body: string): string => `{"id":1,"facts":[{"event":{"x":1}}],"event":${body},"uuid":"u"}`;
const frames = {
  CallEvents: `{"event":"CallEvents","data":{"call_id":"event","events":[${bodies.map(listed).join()}],"more":true}}`,
  ListCallEvents: `{"event":"ListCallEvents","id":7,"data":[${bodies.map(listed).join(' , ')}],"status":"Ok"}`,
  CallEventAdded: `{"event":"CallEventAdded","data":{"call_id":"c","event":${listed(bodies[0] ?? '')}}}`,
};

describe('the body of a received event', () => {
  it('is the text that the gateway sent, in each frame with events', () => {
    const all = bodies.map((body) => ({ id: 1, body, event: JSON.parse(body) as object }));
    expect(parseFrame(frames.CallEvents)).toMatchObject({ data: { call_id: 'event', events: all, more: true } });
    expect(parseFrame(frames.ListCallEvents)).toMatchObject({ id: 7, data: all, status: 'Ok' });
    expect(parseFrame(frames.CallEventAdded)).toMatchObject({ data: { call_id: 'c', event: all[0] } });
  });

  it.each([
    '{"event":"CallsChanged","data":{"events":[{"event":{}}]}}',
    '{"event":"ListCallEvents","id":1,"status":"Failed","error":"x","data":[]}',
    '{"event":"CallEvents"}',
    '{"event":"CallEvents","data":null}',
    '{"event":"toString","data":{"event":{}}}',
  ])('changes no other frame: %s', (text) => expect(parseFrame(text)).toEqual(JSON.parse(text)));
});
