import fc from 'fast-check';
import { decideDelegation } from './decide.ts';
import { defaultDelegationRules } from './rules.ts';
import type { DelegationCondition, DelegationFacts } from './rules.ts';

const facts: DelegationFacts = {
  calls: 0,
  lastQueue: null,
  lastAgent: null,
  hasOpenCall: false,
  direction: 'inbound',
  ourNumber: '1130300000',
  minuteOfDay: 10 * 60,
  waiting: new Map([['901', 3]]),
};
const holds = (when: DelegationCondition, known: Partial<DelegationFacts> = {}): boolean =>
  decideDelegation([{ name: 'only', when, destination: '900' }], { ...facts, ...known }).winner !== null;

describe('the default rules', () => {
  it('send known callers to 901, and first calls to 900', () => {
    expect(decideDelegation(defaultDelegationRules, { ...facts, calls: 1 }).winner?.destination).toBe('901');
    expect(decideDelegation(defaultDelegationRules, facts).winner?.destination).toBe('900');
  });
});

describe('a rule', () => {
  it('without conditions holds for every call', () => {
    expect(holds({})).toBe(true);
  });

  it.each<[DelegationCondition, Partial<DelegationFacts>, Partial<DelegationFacts>]>([
    [{ callsMin: 2 }, { calls: 2 }, { calls: 1 }],
    [{ callsMax: 2 }, { calls: 2 }, { calls: 3 }],
    [{ lastQueue: ['900', '910'] }, { lastQueue: '910' }, { lastQueue: null }],
    [{ lastAgent: ['ana'] }, { lastAgent: 'ana' }, { lastAgent: 'bea' }],
    [{ direction: ['inbound'] }, { direction: 'inbound' }, { direction: null }],
    [{ ourNumber: ['1'] }, { ourNumber: '1' }, { ourNumber: '2' }],
    [{ openCall: true }, { hasOpenCall: true }, { hasOpenCall: false }],
    [{ openCall: false }, { hasOpenCall: false }, { hasOpenCall: true }],
    [{ hours: { from: 480, to: 1080 } }, { minuteOfDay: 480 }, { minuteOfDay: 1080 }],
    [{ hours: { from: 1320, to: 360 } }, { minuteOfDay: 30 }, { minuteOfDay: 360 }],
    [{ waiting: { queue: '901', min: 3 } }, {}, { waiting: new Map() }],
    [{ waiting: { queue: '901', max: 2 } }, { waiting: new Map() }, {}],
  ])('with %j holds for %j, and not for %j', (when, right, wrong) => {
    expect([holds(when, right), holds(when, wrong)]).toEqual([true, false]);
  });

  it('needs all of its conditions, and says which one does not hold', () => {
    const when = { callsMin: 1, direction: ['inbound'] };
    const rules = [
      { name: 'both', when, destination: '901' },
      { name: 'any', when: {}, destination: '900' },
    ];
    expect(decideDelegation(rules, facts)).toEqual({
      winner: rules[1],
      verdicts: [
        { rule: 'both', failed: 'callsMin' },
        { rule: 'any', failed: null },
      ],
    });
    expect(decideDelegation(rules, { ...facts, calls: 1 }).verdicts).toEqual([{ rule: 'both', failed: null }]);
  });
});

it('the first rule that holds wins, whatever follows it', () => {
  const minutes = fc.nat({ max: 1439 });
  const when = fc.record(
    { callsMin: fc.nat({ max: 3 }), openCall: fc.boolean(), hours: fc.record({ from: minutes, to: minutes }) },
    { requiredKeys: [] },
  );
  const rules = fc.array(when).map((all) => all.map((each, i) => ({ name: String(i), when: each, destination: 'x' })));
  const known = fc.record({ calls: fc.nat({ max: 3 }), hasOpenCall: fc.boolean(), minuteOfDay: minutes });
  fc.assert(
    fc.property(rules, rules, known, (first, others, some) => {
      const decision = decideDelegation(first, { ...facts, ...some });
      const alone = first.find((rule) => holds(rule.when, some)) ?? null;
      expect(decision.winner).toBe(alone);
      if (alone) expect(decideDelegation([...first, ...others], { ...facts, ...some })).toEqual(decision);
    }),
  );
});

it('without a rule that holds, the call is not answered', () => {
  expect(decideDelegation([], facts)).toEqual({ winner: null, verdicts: [] });
});
