/** Whether version `a` comes after `b` (numbers between dots; what follows a hyphen comes before the release). */
export const isNewer = (a: string, b: string): boolean => {
  const [left, right] = [parts(a), parts(b)];
  for (let index = 0; index < 3; index++) {
    const difference = (left.numbers[index] ?? 0) - (right.numbers[index] ?? 0);
    if (difference !== 0) return difference > 0;
  }
  return left.isRelease && !right.isRelease;
};

const parts = (version: string): { readonly numbers: readonly number[]; readonly isRelease: boolean } => {
  const [release = '', ...rest] = version.split('-');
  return {
    numbers: release.split('.').map((number) => Number.parseInt(number, 10) || 0),
    isRelease: rest.length === 0,
  };
};
