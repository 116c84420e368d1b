/**
 * Version of the rules by which a log becomes calls and tables: `decode`, `play`, presence, the columns. Raised with every change of what they
 * give: a projector writes only into tables of its own version, and a page of another one loads itself anew.
 */
export const projectionVersion = 3;
