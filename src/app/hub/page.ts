import { createHash } from 'node:crypto';
import { text, type Description, type DocumentOf, type Fields } from '../../domain/document.js';
import { inWords, Refusal } from './problem.js';
import { readFields } from './request-body.js';
import type { Answer, Call, Calls, HubRequest } from './route.js';

const PAGE_TYPE = 'text/html; charset=utf-8';

/** What a call answers that is a page. */
export const PAGE: NonNullable<Call['answers']> = { [PAGE_TYPE]: text() };

/** A page of the hub. What it could load, send or be shown in is forbidden by its policy, but for what is `allowed`. */
export const html = (body: string, allowed: readonly string[], status = 200): Answer => ({
  status,
  contentType: PAGE_TYPE,
  headers: {
    'content-security-policy': ["default-src 'none'", ...allowed, ...NOWHERE_ELSE].join('; '),
    'referrer-policy': 'same-origin',
  },
  body,
});

const NOWHERE_ELSE = ["frame-ancestors 'none'", "base-uri 'none'"];

/** A page for a browser without scripts: the hub's own words and forms. The one style sheet is named by its digest. */
export const page = (title: string, body: string, status?: number): Answer =>
  html(
    `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>${title}</title><style>${STYLE}</style></head>
<body><main><h1>${title}</h1>
${body}
</main></body>
</html>
`,
    ALLOWED,
    status,
  );

/** A page with a form, and what becomes of what a person sends from it. */
interface Form<D extends Description> {
  readonly path: `/${string}`;
  readonly summary: string;
  readonly title: string;
  /** The inside of the form, one of whose fields is filled. */
  readonly inside: (value: string) => string;
  /** What a link to the page may say, and the field that is filled with it. */
  readonly link: Description;
  readonly filled: string;
  readonly body: D;
  readonly take: (fields: DocumentOf<D>, request: HubRequest) => Promise<Answer | Wrong>;
}

/** What is said above the form when it is shown once more, filled anew. */
interface Wrong {
  readonly detail: string;
  readonly status: number;
  readonly value?: string;
}

export const formCalls = <D extends Description>(form: Form<D>): Calls => {
  const { path, summary, title, inside, link, filled, body, take } = form;
  const show = ({ detail, status, value = '' }: Partial<Wrong>): Answer => {
    const wrong = detail === undefined ? '' : paragraph(detail, 'alert');
    return page(title, `${wrong}<form method="post">${inside(escaped(value))}</form>`, status);
  };
  return {
    [`GET ${path}`]: {
      ...{ summary, query: link, answers: PAGE },
      open: ({ query: { [filled]: value = '' } }: HubRequest) => show({ value }),
    },
    [`POST ${path}`]: {
      ...{ summary: 'What a person sends from that page.', body, answers: PAGE },
      open: async (request: HubRequest) => {
        let value = '';
        try {
          const fields = await readFields(request, body);
          value = String((fields as Fields)[filled]);
          const taken = await take(fields, request);
          return 'detail' in taken ? show(taken) : taken;
        } catch (error) {
          if (!(error instanceof Refusal)) throw error;
          return show({ ...inWords(error), value });
        }
      },
    },
  };
};

/** A paragraph of words that may come from anywhere. */
export const paragraph = (text: string, role = ''): string =>
  `<p${role === '' ? '' : ` role="${role}"`}>${escaped(text)}</p>`;

const escaped = (text: string): string =>
  text.replaceAll(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);

/** The look of the dashboard. */
const STYLE =
  ':root{color-scheme:light dark;font:14px/1.45 system-ui,sans-serif;color:light-dark(#1c1e21,#e6e7e9);background:light-dark(#f7f7f5,#15171a)}body{margin:0}main{max-width:22rem;margin:12vh auto;padding:0 16px}h1{font-size:20px;line-height:1.25}label,button{display:block;margin:12px 0}input,button{font:inherit;color:inherit;border-radius:6px;padding:8px;border:1px solid light-dark(#85888e,#6d727a);background:light-dark(#fff,#1d2024)}input{display:block;box-sizing:border-box;width:100%;margin-top:4px}button{padding:4px 8px;min-height:30px;cursor:pointer;border-color:transparent;background:light-dark(#2450b0,#8fb2ff);color:light-dark(#fff,#15171a)}:focus-visible{outline:2px solid light-dark(#2450b0,#8fb2ff);outline-offset:2px}';

const ALLOWED = [
  `style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'`,
  "form-action 'self'",
];
