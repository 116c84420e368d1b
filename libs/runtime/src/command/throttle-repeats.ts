/** Interval at which the same line is printed again, in ms. */
const repeatEveryMs = 10_000;

/** Prints a line that differs from the last one in more than its numbers at once, the same line only now and then. */
export function throttleRepeats(print: (line: string) => void): (line: string) => void {
  let printedAt = -Infinity;
  let printed = '';
  return (line) => {
    const text = line.replace(/\d+/g, '');
    if (text === printed && performance.now() - printedAt < repeatEveryMs) return;
    print(line);
    printed = text;
    printedAt = performance.now();
  };
}
