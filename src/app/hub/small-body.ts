import { isDocument, isFields, issuesOf, type Description, type DocumentOf } from '../../domain/document.js';
import { err, ok, type Result } from '../../domain/result.js';
import { parseFrame } from './batch-body.js';
import type { HubLimits } from './hub-limits.js';
import { problem, type Problem } from './problem.js';
import { FORM_TYPE, refuse, type Answer, type HubRequest } from './route.js';

/**
 * A call that anybody may make and that takes a small body: a JSON object, or the fields of a form. What is not as
 * described is refused; empty fields count as absent, and numbers and the like are left out.
 */
export const taking = <D extends Description>(
  body: D,
  limits: HubLimits,
  handle: (fields: DocumentOf<D>, request: HubRequest) => Promise<Answer>,
  refused: (problem: Problem) => Answer = refuse,
) => ({
  body,
  open: async (request: HubRequest): Promise<Answer> => {
    const fields = await readFields(request, limits, body);
    return fields.ok ? handle(fields.value, request) : refused(fields.error);
  },
});

/** The fields of a small body, or why there are none. */
export const readFields = async <D extends Description>(
  request: HubRequest,
  limits: HubLimits,
  description: D,
): Promise<Result<DocumentOf<D>, Problem>> => {
  const { smallBodyBytes } = limits;
  const body = await request.readBody({ compressedBytes: smallBodyBytes, rawBytes: smallBodyBytes });
  if (!body.ok) return body;
  const text = body.value.decode();
  if (!text.ok) return text;
  const parsed = request.contentType.startsWith(FORM_TYPE)
    ? ok(Object.fromEntries(new URLSearchParams(text.value)))
    : parseFrame(text.value === '' ? '{}' : text.value, SMALL_BODY_VALUES);
  if (!parsed.ok || !isFields(parsed.value))
    return err(problem('malformed-body', 'The body has to be a JSON object.'));
  const given = Object.entries(parsed.value).filter(([, each]) =>
    typeof each === 'string' ? each !== '' : isFields(each) || Array.isArray(each),
  );
  const fields: unknown = Object.fromEntries(given);
  if (isDocument(description, fields)) return ok(fields);
  const missing = [...new Set(issuesOf(description, fields).map(({ path }) => path))];
  return err(problem('malformed-body', `The body lacks ${missing.join(' and ')}.`));
};

const SMALL_BODY_VALUES = 1000;
