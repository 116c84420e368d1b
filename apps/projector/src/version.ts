/**
 * Version of the rules by which the tables are made (`callOf`, `join`, the columns).
 * Raise it with every change of them: a projector writes only into tables of its own version.
 */
export const projectionVersion = 2;
