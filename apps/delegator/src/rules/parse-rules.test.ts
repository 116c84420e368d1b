import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { defaultDelegationRules } from '@callstream/domain';
import { parseRules } from './parse-rules.ts';

const readable = `
# The first rule that holds wins.
rules:
  - name: at night
    when: { hours: "22:00-06:00" }
    destination: "0900"
  - name: known caller
    when:
      calls_min: 1
      calls_max: 20
      direction: inbound
      last_queue: [900, 901]
      open_call: false
      waiting: { queue: 901, max: 5 }
    destination: 901
  - name: first call
    destination: 900
`;

it('rules are read as people write them; what looks like a number stays a text', () => {
  expect(parseRules(readable)).toEqual({
    rules: [
      { name: 'at night', when: { hours: { from: 1320, to: 360 } }, destination: '0900' },
      {
        name: 'known caller',
        when: {
          callsMin: 1,
          callsMax: 20,
          direction: ['inbound'],
          lastQueue: ['900', '901'],
          openCall: false,
          waiting: { queue: '901', max: 5 },
        },
        destination: '901',
      },
      { name: 'first call', when: {}, destination: '900' },
    ],
  });
});

it.each([
  ['', 1, 1, 'the file is empty: write rules, or unset DELEGATION_RULES for the default ones'],
  [
    'rules: [',
    1,
    9,
    'not YAML or JSON: Flow sequence in block collection must be sufficiently indented and end with a ]',
  ],
  ['rule: []', 1, 1, 'expected the key "rules" with a list of rules'],
  ['rules: []', 1, 1, 'expected at least one rule'],
  ['rules:\n  - name: a\n', 2, 5, 'expected one text'],
  ['rules:\n  - name: a\n    destination: [1]\n', 3, 5, 'expected one text'],
  ['rules:\n  - name: a\n    destination: 1\n    then: 2\n', 4, 5, 'expected a name, a destination and'],
  ['rules:\n  - name: a\n    when: { calls: 1 }\n    destination: 1\n', 3, 13, 'expected conditions: calls_min,'],
  ['rules:\n  - name: a\n    when: { calls_min: many }\n    destination: 1\n', 3, 13, 'expected a whole number'],
  ['rules:\n  - name: a\n    when: { hours: "8-18" }\n    destination: 1\n', 3, 13, 'expected times of day'],
  ['rules:\n  - name: a\n    when: { open_call: yes }\n    destination: 1\n', 3, 13, 'expected true or false'],
  ['rules:\n  - name: a\n    destination: 1\n    destination: 2\n', 4, 5, 'this key is there twice'],
  ['rules:\n  - {name: a, destination: 1}\n  - {name: a, destination: 2}\n', 3, 6, 'another rule has this name'],
  ['rules:\n  - &a {name: a, destination: 1}\n  - *a\n', 3, 5, 'references (*) are not read'],
  ['rules:\n  - {name: "a\\0", destination: 1}\n', 2, 6, 'neither NUL nor half of a surrogate pair'],
  ['rules:\n  - {name: a, destination: "\\ud800"}\n', 2, 15, 'neither NUL nor half of a surrogate pair'],
])('%j is refused in line %i, column %i: %s', (text, line, column, problem) => {
  const refused = parseRules(text);
  expect(refused).toMatchObject({ line, column, problem: expect.stringContaining(problem) as string });
});

it('the rules of the containers are the default ones', () => {
  const file = join(import.meta.dirname, '../../../../docker/rules/rules.yaml');
  expect(parseRules(readFileSync(file, 'utf8'))).toEqual({ rules: defaultDelegationRules });
});
