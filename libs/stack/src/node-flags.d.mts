/** Flags of Node for a TypeScript file of this repository, by its path from the root, and its arguments. */
export declare const nodeFlagsOf: (args: readonly string[]) => string[];
