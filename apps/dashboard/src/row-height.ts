const rowHeightRem = 2.4;

/** Height of a row of a table before it is measured, in px: it grows with the font size of the page. */
export const rowHeightPx = (): number =>
  rowHeightRem * Number.parseFloat(getComputedStyle(document.documentElement).fontSize);
