/** Work that is done once, for all who wait for it when it begins. */
export class SharedTask<Result> {
  readonly #work: () => Promise<Result>;
  #result: Promise<Result> | null = null;

  constructor(work: () => Promise<Result>) {
    this.#work = work;
  }

  /** Begins the work, unless it has begun. */
  begin(): Promise<Result> {
    return (this.#result ??= this.#work());
  }
}
