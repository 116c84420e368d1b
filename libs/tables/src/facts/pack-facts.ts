import type { Fact, FactSet } from '@callstream/domain';
import { clockLetters, commonTexts, escapeText, idStep, nullMark, readTexts, textNumber } from './facts-format.ts';

/** Facts of a call, and the same packed. */
interface PackedFacts {
  readonly facts: readonly Fact[];
  readonly packed: string;
}

const nothingPacked: PackedFacts = { facts: [], packed: '' };

/**
 * Packs the facts of a call for the column `calls.facts`; the same facts always give the same text. The text is compact, and
 * free of characters that COPY and arrays of records must escape, because it is written whenever the call changes.
 * @param known if `facts` starts with these facts, their text is reused
 */
export function packFacts(facts: FactSet, known = nothingPacked): string {
  const isPrefix = known.facts.every((fact, i) => fact === facts[i]);
  const { packed, facts: reused } = isPrefix ? known : nothingPacked;
  const { factsEnd, texts: knownTexts } = readTexts(packed);
  const texts = createTextTable(knownTexts, packed.slice(factsEnd));
  let rows = packed.slice(0, factsEnd);
  let [id, at] = [reused.at(-1)?.id ?? 0, reused.at(-1)?.at ?? 0];
  for (let i = reused.length; i < facts.length; i++) {
    const fact = facts[i];
    if (!fact) break;
    const ahead = fact.clock === 'ahead' ? ` ${(fact.ownAt ?? 0) - fact.at}` : '';
    const part = fact.part === 0 && ahead === '' ? '' : ` ${fact.part}${ahead}`;
    const numbers = `${packId(fact.id - id)} ${fact.at - at} ${fact.receivedAt - fact.at}${part}`;
    rows += `${i === 0 ? '' : ','}${fact.uuid}${clockLetters[fact.clock]}${texts.numbersOf(fact)} ${numbers}`;
    ({ id, at } = fact);
  }
  return rows + texts.packed();
}

const packId = (id: number): string => (id % idStep === 0 ? String(id / idStep) : `~${id}`);

/** Numbers the texts of a call. @param packed the `known` texts as {@link packFacts} wrote them */
function createTextTable(known: readonly string[], packed: string) {
  const numbers = new Map(known.map((text, i) => [text, textNumber(commonTexts.length + i)]));
  const numberOf = (text: string): string => {
    const number = numbers.get(text) ?? commonTextNumbers.get(text);
    if (number !== undefined) return number;
    const added = textNumber(commonTexts.length + numbers.size);
    numbers.set(text, added);
    packed += `|${escapeText(text)}`;
    return added;
  };
  return {
    /** The numbers of a fact's texts, without trailing nulls: few facts have the last fields. */
    numbersOf: (fact: Fact): string => {
      const { kind, actor, queue, number, direction, ourNumber, theirNumber, theirNumberType, destination, url, code } =
        fact;
      let result = commonTextNumbers.get(kind) ?? numberOf(kind);
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
          result += nulls + numberOf(text);
          nulls = '';
        }
      }
      return result;
    },
    packed: (): string => packed,
  };
}

const commonTextNumbers = new Map(commonTexts.map((text, i) => [text, textNumber(i)]));
