import type { Fact, FactSet } from '@callstream/domain';
import { clockLetters, commonTexts, escapeText, idStep, nullMark, readTexts, textNumber } from './facts-format.ts';

/** Facts of a call, and their text. */
interface PackedFacts {
  readonly facts: readonly Fact[];
  readonly packed: string;
}

const nothingPacked: PackedFacts = { facts: [], packed: '' };

/**
 * The facts of a call as one text, the column `calls.facts`; the same facts always give the same text. Compact, and without
 * the characters that COPY and arrays of records escape: it is written again whenever its call changes.
 * @param known facts that may be the first of `facts`: their text is not made again then
 */
export function packFacts(facts: FactSet, known = nothingPacked): string {
  const isContinued = known.facts.every((fact, i) => fact === facts[i]);
  const { packed, facts: first } = isContinued ? known : nothingPacked;
  const { factsEnd, texts: knownTexts } = readTexts(packed);
  const texts = createTextTable(knownTexts, packed.slice(factsEnd));
  let rows = packed.slice(0, factsEnd);
  let [id, at] = [first.at(-1)?.id ?? 0, first.at(-1)?.at ?? 0];
  for (let i = first.length; i < facts.length; i++) {
    const fact = facts[i];
    if (!fact) break;
    const ahead = fact.clock === 'ahead' ? ` ${(fact.ownAt ?? 0) - fact.at}` : '';
    const part = fact.part === 0 && ahead === '' ? '' : ` ${fact.part}${ahead}`;
    const ids = `${packId(fact.id - id)} ${fact.at - at} ${fact.receivedAt - fact.at}${part}`;
    rows += `${i === 0 ? '' : ','}${fact.uuid}${clockLetters[fact.clock]}${texts.numbersOf(fact)} ${ids}`;
    ({ id, at } = fact);
  }
  return rows + texts.written();
}

const packId = (id: number): string => (id % idStep === 0 ? String(id / idStep) : `~${id}`);

/** The texts of a call and their numbers. @param written what {@link packFacts} wrote of those that are known */
function createTextTable(known: readonly string[], written: string) {
  const numbers = new Map(known.map((text, i) => [text, textNumber(commonTexts.length + i)]));
  const numberOf = (of: string): string => {
    const number = numbers.get(of) ?? commonTextNumbers.get(of);
    if (number !== undefined) return number;
    const added = textNumber(commonTexts.length + numbers.size);
    numbers.set(of, added);
    written += `|${escapeText(of)}`;
    return added;
  };
  return {
    /** The numbers of the texts of a fact; the nulls at the end are left out: the last fields are those of few. */
    numbersOf: (fact: Fact): string => {
      const { kind, actor, queue, number, direction, ourNumber, theirNumber, theirNumberType, destination, url, code } =
        fact;
      let named = commonTextNumbers.get(kind) ?? numberOf(kind);
      let nulls = '';
      for (const text of [
        actor,
        queue,
        number,
        direction,
        ourNumber,
        theirNumber,
        theirNumberType,
        destination,
        url,
        code,
      ]) {
        if (text === null) nulls += nullMark;
        else {
          named += nulls + numberOf(text);
          nulls = '';
        }
      }
      return named;
    },
    written: (): string => written,
  };
}

const commonTextNumbers = new Map(commonTexts.map((text, i) => [text, textNumber(i)]));
