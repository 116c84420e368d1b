import { errorText, isProgrammingError } from './programming-error.ts';

const thrownBy = (run: () => unknown): unknown => {
  try {
    return run();
  } catch (error) {
    return error;
  }
};

it('an error that JavaScript itself throws is a programming error, and is logged with its stack', () => {
  const unknown = undefined as unknown as { value: number };
  for (const run of [() => unknown.value, () => 'x'.repeat(-1), () => JSON.parse('{') as unknown]) {
    expect(isProgrammingError(thrownBy(run))).toBe(true);
    expect(errorText(thrownBy(run))).toMatch(/programming-error\.test/);
  }
});

it('an error of a server or of the network is none, and is logged in one line', async () => {
  const unreachable: unknown = await fetch('http://127.0.0.1:1').catch((error: unknown) => error);
  expect(unreachable).toMatchObject({ name: 'TypeError' });
  expect(isProgrammingError(unreachable)).toBe(false);
  expect(errorText(new Error('Query read timeout'))).toBe('Error: Query read timeout');
});
