import { problem } from './problem.js';
import { refuse, type Route } from './route.js';

/**
 * Where spec-kitty 2.1 offers the text of planning documents. This hub keeps none; the one answer after which that client
 * does not offer the same again for hours is that there is no such place.
 */
export const dossierRoutes = (): readonly Route[] => [
  {
    method: 'POST',
    path: '/api/dossier/push-content/',
    summary: 'Says to clients that offer planning documents that none are kept here.',
    access: {
      kind: 'bearer',
      handle: () =>
        Promise.resolve(
          refuse(
            problem('not-found', 'This hub keeps events, no documents.', {
              members: { error: 'namespace_not_found' },
            }),
          ),
        ),
    },
  },
];
