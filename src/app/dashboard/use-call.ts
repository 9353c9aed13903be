import { useEffect, useState } from 'preact/hooks';
import { get } from './api.js';

export type Called<T> =
  | { readonly is: 'waiting' }
  | { readonly is: 'failed'; readonly why: string }
  | { readonly is: 'there'; readonly value: T };

/** What the hub answers at that path; asked anew when the path or `again` changes, while the former answer stays. */
export const useCall = <T>(path: string, again: unknown = ''): Called<T> => {
  const [called, setCalled] = useState<Called<T> & { readonly path?: string }>({ is: 'waiting' });
  useEffect(() => {
    let current = true;
    get<T>(path).then(
      (value) => current && setCalled({ is: 'there', value, path }),
      (error: unknown) =>
        current &&
        setCalled({ is: 'failed', why: error instanceof Error ? error.message : 'It failed.', path }),
    );
    return () => {
      current = false;
    };
  }, [path, again]);
  return called.path === path ? called : { is: 'waiting' };
};
