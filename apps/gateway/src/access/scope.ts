import { shownDigits } from './mask.ts';
import type { MaskOptions } from './mask.ts';

/** How a value is shown to a scope that may see numbers in full, and to one with masked numbers. */
export interface Forms<Value, Form> {
  readonly full: (value: Value) => Form;
  readonly masked: (value: Value, options: MaskOptions) => Form;
}

type FormName = 'full' | 'masked' | 'maskedWithRecordings';

/** Only {@link Scope.show} calls it: it is not exported. */
let formOf: <Value, Form>(raw: Raw<Value, Form>, name: FormName) => Form;

/**
 * A value with phone numbers or personal data. Nothing can read it, not even JSON.stringify: {@link Scope.show} gives one of its
 * forms, so code that forgets the mask does not compile. Each form is made on first use, and shared by all clients.
 */
export class Raw<Value, Form = Value> {
  readonly #value: Value;
  readonly #forms: Forms<Value, Form>;
  #full: Form | undefined;
  #masked: Form | undefined;
  #maskedWithRecordings: Form | undefined;

  static {
    formOf = (raw, name) => {
      if (name === 'full') return (raw.#full ??= raw.#forms.full(raw.#value));
      if (name === 'masked') return (raw.#masked ??= raw.#forms.masked(raw.#value, { recordings: false }));
      return (raw.#maskedWithRecordings ??= raw.#forms.masked(raw.#value, { recordings: true }));
    };
  }

  constructor(value: Value, forms: Forms<Value, Form>) {
    this.#value = value;
    this.#forms = forms;
  }

  /** Whether both have the same primitive value, which stays hidden. */
  equals(other: Raw<Value, Form>): boolean {
    return Object.is(this.#value, other.#value);
  }
}

/** What a token allows. */
export interface Permissions {
  /** Only calls, agents and numbers of these queues; null: of all queues, and calls without a queue. */
  readonly queues: readonly string[] | null;
  /** Whether phone numbers are masked but for their last digits, and personal fields of bodies hidden. */
  readonly masked: boolean;
  /** Whether addresses of recordings are visible although numbers are masked. */
  readonly recordings?: boolean;
}

/**
 * What a client may see. Anything outside of its scope does not exist for it: the answer is 404, or empty. There is one for each
 * token. Nothing else knows whether numbers are masked.
 */
export class Scope {
  /** null: all queues, and calls without a queue. */
  readonly queues: ReadonlySet<string> | null;
  readonly #form: FormName;
  #key: string | undefined;

  constructor({ queues, masked, recordings = false }: Permissions) {
    this.queues = queues && new Set(queues.filter((queue) => queue !== ''));
    this.#form = !masked ? 'full' : recordings ? 'maskedWithRecordings' : 'masked';
  }

  /** Cache key: equal exactly when two scopes see the same rows. */
  get key(): string {
    return (this.#key ??= JSON.stringify([this.queues && [...this.queues].toSorted(), this.#form]));
  }

  /** Part of the keys of shared queries: without it, all scopes would share them. */
  toJSON(): string {
    return this.key;
  }

  /** Whether it hides nothing. */
  isEverything(): boolean {
    return this.queues === null && this.#form === 'full';
  }

  /** Whether calls and agents of this queue are visible; null, undefined or '' is no queue. */
  includes(queue: string | null | undefined): boolean {
    return this.queues === null || (queue !== null && queue !== undefined && this.queues.has(queue));
  }

  /** The value as this scope may see it. Whether it may see it at all is up to {@link includes}. */
  show<Value, Form>(raw: Raw<Value, Form>): Form {
    return formOf(raw, this.#form);
  }

  /** Whether it may search for numbers that end in these digits: a search must not find out what the mask hides. */
  maySearch(digits: string): boolean {
    return this.#form === 'full' || digits.length <= shownDigits;
  }
}

export const everything = new Scope({ queues: null, masked: false });

export const nothing = new Scope({ queues: [], masked: true });
