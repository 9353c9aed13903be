import { filterOf, setFilter } from './router.js';

/** A filter that lives in the address. */
export const Choice = ({
  name,
  label,
  values,
}: {
  readonly name: string;
  readonly label: string;
  readonly values: readonly (readonly [value: string, shown: string])[];
}) => (
  <label class="choice">
    {label}
    <select value={filterOf(name)} onChange={(event) => setFilter(name, event.currentTarget.value)}>
      <option value="">all</option>
      {values.map(([value, shown]) => (
        <option key={value} value={value} selected={filterOf(name) === value}>
          {shown.slice(0, 60)}
        </option>
      ))}
    </select>
  </label>
);

export const distinct = (
  values: readonly (string | null | undefined)[],
): readonly (readonly [string, string])[] =>
  [...new Set(values)]
    .filter((value): value is string => typeof value === 'string' && value !== '')
    .sort()
    .map((value) => [value, value] as const);
