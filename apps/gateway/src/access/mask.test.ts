import { fixtureEvents } from '@callstream/domain/testing';
import { maskBody, maskEvent, maskNumber } from './mask.ts';

describe('the masked form of a number', () => {
  it.each([
    ['5511912345678', '*********5678'],
    ['+55 (11) 91234-5678', '+** (**) *****-5678'],
    ['12345', '*2345'],
    ['1234', '1234'],
    ['200', '200'],
    ['client:ana', 'client:ana'],
    ['*2900', '*2900'],
    ['٠١٢٣٤٥٦', '***٣٤٥٦'],
    ['', ''],
  ])('of %s is %s', (number, masked) => expect(maskNumber(number)).toBe(masked));
});

const masked = (body: object, options: Partial<Parameters<typeof maskBody>[1]> = {}): unknown =>
  JSON.parse(maskBody(JSON.stringify(body), { recordings: false, ...options }));

describe('a masked body', () => {
  it('keeps fields without personal data, and hides every unknown field', () => {
    const body = {
      type: 'call.cpf-provided',
      call_id: 'c',
      cpf: '12345678909',
      cnpj: '1',
      data: 'Ana',
      nps: 10,
      Cidade: 'Recife',
    };
    expect(masked(body)).toEqual({
      ...body,
      cpf: '***',
      cnpj: '***',
      data: '***',
      nps: '***',
      Cidade: '***',
    });
  });

  it('hides objects and lists, also in known fields', () => {
    const body = { type: 't', queue: { their_number: '5511912345678' }, their_number: ['5511912345678'] };
    expect(masked(body)).toEqual({
      type: 't',
      queue: '***',
      their_number: '***',
    });
  });

  it('shows the digits of numbers as they are, and masks those of phone numbers', () => {
    const json =
      '{"sid":9007199254740993,"code":1.10,"ringtime":-0,"number":55119123456789012345,"from":1234567.10,"to":55e9,"nps":1.10}';
    expect(maskBody(json, { recordings: false })).toBe(
      '{"sid":9007199254740993,"code":1.10,"ringtime":-0,"number":"****************2345","from":"*****67.10","to":"*******0000","nps":"***"}',
    );
  });

  it('shows only the last digits of the numbers in the nineteen recorded calls', () => {
    for (const line of [...fixtureEvents.values()].flat()) {
      const body = JSON.parse(line) as Record<string, unknown>;
      const text = maskBody(line, { recordings: true });
      for (const field of ['their_number', 'number', 'cpf', 'cnpj']) {
        const value = body[field];
        const digits = typeof value === 'string' ? value.replaceAll(/\D/g, '') : '';
        if (digits.length >= 5 && digits !== body['our_number']) expect(text).not.toContain(digits.slice(0, -4));
      }
    }
  });
});

describe('a masked event of another source', () => {
  const event = {
    id: 1,
    uuid: '0b9d5c1e-6a52-8d3f-9a53-3f2c0e4b7a11',
    facts: [
      { kind: 'call.new', actor: 'ana', our_number: '1130300000', their_number: '5511912345678' },
      { kind: 'actor.ringing', number: '20012345', destination: '912345678' },
    ],
  };
  it('hides all fields of its body, and the numbers in its facts but for the last digits', () => {
    const body = { type: 'x', queue: 'field of personal data there', n: 1 };
    expect(masked(body, { source: 'another' })).toEqual({ type: '***', queue: '***', n: '***' });
    expect(maskEvent(event, { recordings: false })).toMatchObject({
      facts: [
        { kind: 'call.new', actor: 'ana', our_number: '1130300000', their_number: '*********5678' },
        { kind: 'actor.ringing', number: '****2345', destination: '*****5678' },
      ],
    });
  });
});

it('a masked event of Asterisk shows queues and agents, masks numbers, and hides names, channels and variables', () => {
  const body = {
    Event: 'AgentConnect',
    Queue: 'support',
    MemberName: 'Agent 200',
    CallerIDNum: '5511912345678',
    Interface: 'Local/5511912345678@from-queue/n',
    Location: 'PJSIP/200',
    CallerIDName: 'Ana Souza',
    ConnectedLineName: 'Agent 200',
    Channel: 'SIP/5511912345678-00000001',
    Value: 'a secret',
    Unheard: '5511912345678',
  };
  expect(masked(body, { source: 'asterisk' })).toEqual({
    Event: 'AgentConnect',
    Queue: 'support',
    MemberName: 'Agent 200',
    CallerIDNum: '*********5678',
    Interface: 'Local/*********5678@from-queue/n',
    Location: 'PJSIP/200',
    CallerIDName: '***',
    ConnectedLineName: '***',
    Channel: '***',
    Value: '***',
    Unheard: '***',
  });
});

it('a masked event has a uuid that is not a hash of its body', () => {
  const event = {
    id: 4097,
    aggregate_id: 'c',
    uuid: '0b9d5c1e-6a52-8d3f-9a53-3f2c0e4b7a11',
    received_at: '2026-03-02T13:00:00.000Z',
    deliveries: 1,
    topic: 'call-events',
    partition: 1,
    offset: 1,
  };
  expect(maskEvent(event, { recordings: false })).toEqual({ ...event, uuid: '00000000-0000-8000-8000-000000001001' });
});
