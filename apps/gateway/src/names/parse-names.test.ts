import fc from 'fast-check';
import { parseNames } from './parse-names.ts';

/** The names of a text as plain objects, or its problem. */
const parsed = (text: string) => {
  const names = parseNames(text);
  if ('problem' in names) return names;
  return { queues: Object.fromEntries(names.queues), agents: Object.fromEntries(names.agents) };
};

describe('a file of names', () => {
  it('has ids as they are written, also those that look like numbers', () => {
    const yaml = `
# Queues of the first floor
queues:
  0900: Support
  1e3: "Sales: new customers"
  1463669263.30: 24
agents:
  ana@example.com: Ana   # until May
  pbx1:200: 'João "JP" Pereira'
`;
    expect(parsed(yaml)).toEqual({
      queues: { '0900': 'Support', '1e3': 'Sales: new customers', '1463669263.30': '24' },
      agents: { 'ana@example.com': 'Ana', 'pbx1:200': 'João "JP" Pereira' },
    });
  });

  it('may be any JSON, whatever its white space', () => {
    const id = fc.string({ unit: 'grapheme', minLength: 1 }).filter((text) => text !== '__proto__');
    const name = fc.stringMatching(/^[\p{L}\p{N}"\\/:#{}[\],&*!|>'%@`🎧-]{1,50}$/u);
    const names = fc.dictionary(id, name);
    fc.assert(
      fc.property(names, names, fc.constantFrom('', '\t', '  '), (queues, agents, indent) => {
        expect(parsed(JSON.stringify({ queues, agents }, null, indent))).toEqual({ queues, agents });
      }),
    );
    expect(parsed('{"queues": {"900": "\\ud83c\\udfa7 \\u00c1udio \\/ V\\u00eddeo"}}')).toMatchObject({
      queues: { '900': '🎧 Áudio / Vídeo' },
    });
    expect(parsed('{}')).toEqual({ queues: {}, agents: {} });
  });

  it('gives names without characters that would change the text around them', () => {
    expect(parsed('queues: {"900": " \\u202Eevil\\u2066\\t name\\n\\u0007 👩‍👩‍👧 "}')).toMatchObject({
      queues: { '900': 'evil name 👩‍👩‍👧' },
    });
  });

  const tooLong = 'x'.repeat(101);
  it.each([
    ['queues:\n  900: a\n  901: b\n  900: c\n', 4, 3, 'this id is there twice'],
    ['{"queues": {"900": "a",\n "900": "b"}}', 2, 2, 'this id is there twice'],
    [`agents:\n  ana: Ana\n  bia: ${tooLong}\n`, 3, 3, 'at most 100 characters'],
    ['agents:\n  ana:\n', 2, 3, 'the name is empty'],
    ['agents:\n  ana: [Ana, Ana]\n', 2, 3, 'a name is one text'],
    ['queues:\n  900: Support: new\n', 2, 8, 'not YAML or JSON'],
    ['queues:\n\t900: a\n', 2, 1, 'not YAML or JSON: Tabs are not allowed'],
    ['{"queues": {"900": "a"', 1, 23, 'not YAML or JSON'],
    ['agents: {}\nqueue:\n  900: a\n', 2, 1, 'expected the keys "queues" and "agents"'],
    ['- 900\n', 1, 1, 'expected the keys "queues" and "agents"'],
    ['queues: 900\n', 1, 1, 'expected lines of the form "id: name"'],
    ['a: &a [1]\nqueues: *a\n', 2, 9, 'references'],
    ['', 1, 1, 'the file is empty'],
    ['# nothing yet\n', 1, 1, 'the file is empty'],
    ['['.repeat(50_000), 1, undefined, 'not YAML or JSON'],
  ])('that is broken has a problem with its place: %j', (text, line, column, problem) => {
    const read = parseNames(text);
    expect(read).toMatchObject({ line, problem: expect.stringContaining(problem) as string });
    if (column !== undefined) expect(read).toMatchObject({ column });
  });

  it('has at most 10,000 names of each kind', () => {
    const queues = (count: number) =>
      `queues:\n${Array.from({ length: count }, (_, i) => `  WQ${i}: Queue ${i}\n`).join('')}`;
    expect(parseNames(queues(10_000))).toHaveProperty('queues.size', 10_000);
    expect(parseNames(queues(10_001))).toMatchObject({ problem: expect.stringContaining('at most 10000') as string });
  });
});
