/**
 * Version of the rules that turn the log into calls and tables: `decode`, `play`, presence, columns. Increment it with every
 * change of their results. A projector writes only into tables of its own version; a page of another version reloads itself.
 */
export const projectionVersion = 7;
