import type { Clock, Fact, FactSet } from '@callstream/domain';
import { base, clockLetters, commonTexts, digitAt, idStep, longDigits, nullMark, readTexts } from './facts-format.ts';

/** The facts of a text of {@link packFacts}. */
export function unpackFacts(packed: string): FactSet {
  const { factsEnd, texts } = readTexts(packed);
  const reader = new FactReader(packed, factsEnd, texts);
  const facts: Fact[] = [];
  let [id, at] = [0, 0];
  while (!reader.isAtEnd()) {
    const fact = readFact(reader, id, at);
    facts.push(fact);
    ({ id, at } = fact);
  }
  // They were packed as a set, in its order.
  return facts as readonly Fact[] as FactSet;
}

function readFact(reader: FactReader, idBefore: number, atBefore: number): Fact {
  const uuid = reader.take(uuidLength);
  const clock = clockOf(reader.take(1));
  const [kind, actor, queue, number, direction] = [
    reader.text() ?? '',
    reader.text(),
    reader.text(),
    reader.text(),
    reader.text(),
  ];
  const [ourNumber, theirNumber, theirNumberType] = [reader.text(), reader.text(), reader.text()];
  const [destination, url, code] = [reader.text(), reader.text(), reader.text()];
  const id = idBefore + reader.id();
  const at = atBefore + reader.number();
  const receivedAt = at + reader.number();
  const part = reader.number();
  const ahead = reader.number();
  reader.next();
  const ownAt = clock === 'none' ? null : at + ahead;
  // As factsOf makes them: objects of one shape are played faster than those of two.
  // prettier-ignore
  return {
    uuid, part, id, at, clock, ownAt, receivedAt, kind, actor, queue, number, destination, url, code,
    direction, ourNumber, theirNumber, theirNumberType,
  };
}

const uuidLength = 36;
const [space, comma, minus, tilde, zero] = [0x20, 0x2c, 0x2d, 0x7e, 0x30];

/** Reads packed facts from left to right: to split them into pieces first takes three times as long. */
class FactReader {
  readonly #packed: string;
  readonly #end: number;
  readonly #texts: readonly string[];
  #place = 0;

  constructor(packed: string, end: number, texts: readonly string[]) {
    this.#packed = packed;
    this.#end = end;
    this.#texts = texts;
  }

  isAtEnd(): boolean {
    return this.#place >= this.#end;
  }

  take(length: number): string {
    this.#place += length;
    return this.#packed.slice(this.#place - length, this.#place);
  }

  /** The next text of a fact; null if it has none, or no more. */
  text(): string | null {
    const value = digitAt(this.#packed, this.#place);
    if (value < base) {
      this.#place++;
      return this.#textOf(value);
    }
    if (this.#char() === space) return null;
    this.#place++;
    if (this.#packed.charAt(this.#place - 1) === nullMark) return null;
    let number = 0;
    for (const end = this.#place + longDigits; this.#place < end; this.#place++)
      number = number * base + digitAt(this.#packed, this.#place);
    return this.#textOf(number);
  }

  #char(): number {
    return this.#packed.charCodeAt(this.#place);
  }

  #textOf(number: number): string | null {
    return commonTexts[number] ?? this.#texts[number - commonTexts.length] ?? null;
  }

  /** The number after the next separator; 0 if the fact has no more. */
  number(): number {
    if (this.isAtEnd() || this.#char() === comma) return 0;
    this.#place++;
    const isNegative = this.#char() === minus;
    if (isNegative) this.#place++;
    let number = 0;
    for (; this.#place < this.#end; this.#place++) {
      const value = this.#char() - zero;
      if (value < 0 || value > 9) break;
      number = number * 10 + value;
    }
    return isNegative ? -number : number;
  }

  /** The next difference of ids. */
  id(): number {
    const isAny = this.#packed.charCodeAt(this.#place + 1) === tilde;
    if (isAny) this.#place++;
    return this.number() * (isAny ? 1 : idStep);
  }

  next(): void {
    if (this.#char() === comma) this.#place++;
  }
}

const clocks = new Map<string, Clock>(Object.entries(clockLetters).map(([clock, letter]) => [letter, clock as Clock]));
function clockOf(letter: string): Clock {
  const clock = clocks.get(letter);
  if (clock === undefined) throw new Error(`Packed facts name a clock "${letter}" that this version does not know.`);
  return clock;
}
