import { bottleneckOf } from './bottleneck.ts';

describe('the bottleneck of a load', () => {
  it('the bottleneck is the server if its thread is busy, even if the generator is busy, too', () => {
    expect(bottleneckOf({ server: 0.9, generator: 0.2 }, 1)).toBe('server');
    expect(bottleneckOf({ server: 1.1, generator: 1 }, 1)).toBe('server');
  });
  it('the bottleneck is the generator if all of its threads are busy and the server is not', () => {
    expect(bottleneckOf({ server: 0.89, generator: 0.9 }, 1)).toBe('generator');
    expect(bottleneckOf({ server: 0.5, generator: 1.8 }, 2)).toBe('generator');
  });
  it('the bottleneck is neither if both have CPU time left', () => {
    expect(bottleneckOf({ server: 0.5, generator: 0.9 }, 2)).toBe('neither');
    expect(bottleneckOf({ server: 0.5, generator: 0.5 }, 1)).toBe('neither');
  });
});
