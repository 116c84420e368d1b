import { fixtureEvents } from '@callstream/domain/testing';
import { maskBody, maskEvent, maskNumber } from './mask.ts';

describe('a number that is masked', () => {
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
  ])('%s is %s', (number, masked) => expect(maskNumber(number)).toBe(masked));
});

describe('a body that is masked', () => {
  it('keeps what names nobody, and hides every field that is not known', () => {
    const body = {
      type: 'call.cpf-provided',
      call_id: 'c',
      cpf: '12345678909',
      cnpj: '1',
      data: 'Ana',
      nps: 10,
      Cidade: 'Recife',
    };
    expect(maskBody(body)).toEqual({ ...body, cpf: '***', cnpj: '***', data: '***', nps: '***', Cidade: '***' });
  });

  it('hides what stands inside of a field that is known', () => {
    expect(maskBody({ type: 't', queue: { their_number: '5511912345678' }, their_number: ['5511912345678'] })).toEqual({
      type: 't',
      queue: '***',
      their_number: '***',
    });
  });

  it('shows no number of the nineteen lives, but its last digits', () => {
    for (const line of [...fixtureEvents.values()].flat()) {
      const body = JSON.parse(line) as Record<string, unknown>;
      const text = JSON.stringify(maskBody(body));
      for (const field of ['their_number', 'number', 'cpf', 'cnpj']) {
        const value = body[field];
        const digits = typeof value === 'string' ? value.replaceAll(/\D/g, '') : '';
        if (digits.length >= 5 && digits !== body['our_number']) expect(text).not.toContain(digits.slice(0, -4));
      }
    }
  });
});

it('an event that is masked has no hash of the body', () => {
  const event = {
    id: 4097,
    aggregate_id: 'c',
    uuid: '0b9d5c1e-6a52-8d3f-9a53-3f2c0e4b7a11',
    event: { type: 'call.new', call_id: 'c' },
    received_at: '2026-03-02T13:00:00.000Z',
    deliveries: 1,
    topic: 'call-events',
    partition: 1,
    offset: 1,
  };
  expect(maskEvent(event)).toEqual({ ...event, uuid: '00000000-0000-8000-8000-000000001001' });
});
