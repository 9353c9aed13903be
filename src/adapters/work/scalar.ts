import { isMap, isScalar, parseDocument } from 'yaml';

/**
 * A text as a YAML scalar on one line, in the quoting style of the value it replaces. A plain scalar that would read
 * as something else is quoted.
 */
export const scalarText = (value: string, style?: string): string => {
  const isOneLine = !CONTROLS.test(value);
  if (style === 'QUOTE_SINGLE' && isOneLine) return `'${value.replaceAll("'", "''")}'`;
  if (style === 'QUOTE_DOUBLE' || !isOneLine) return JSON.stringify(value);
  return isPlain(value) ? value : JSON.stringify(value);
};

// eslint-disable-next-line no-control-regex -- Control characters are exactly what has to be escaped.
const CONTROLS = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\ufeff]/;

/** Whether the text can stand without quotes, in a block and in a flow collection. */
const isPlain = (value: string): boolean => {
  if (/[,[\]{}#]/.test(value)) return false;
  const { contents, errors } = parseDocument(`key: ${value}`, { logLevel: 'silent' });
  const node = isMap(contents) ? contents.items[0]?.value : undefined;
  return (
    errors.length === 0 &&
    isScalar(node) &&
    node.type === 'PLAIN' &&
    node.value === value &&
    node.tag === undefined
  );
};
