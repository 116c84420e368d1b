/**
 * JSON text of an object up to the value of one more field. The value follows as JSON text, which is not parsed, and then a
 * `}` for every object that was opened.
 */
export function openField(fields: object, name: string): string {
  const text = JSON.stringify(fields);
  return `${text.slice(0, -1)}${text === '{}' ? '' : ','}${JSON.stringify(name)}:`;
}
