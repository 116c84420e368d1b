/** What one number of screens and answers counts. */
export interface NumberDefinition {
  /** Its slug is the id. */
  readonly name: string;
  readonly sentence: string;
  readonly example: string;
}
