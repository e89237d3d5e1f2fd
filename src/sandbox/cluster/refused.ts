/** Refusals in the form that the API gives them: a Status. */

export interface Status {
  kind: 'Status';
  apiVersion: 'v1';
  metadata: { continue?: string };
  status: 'Failure' | 'Success';
  message?: string;
  reason?: string;
  details?: object;
  code: number;
}

const reasons: Record<number, string> = {
  400: 'BadRequest',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'NotFound',
  405: 'MethodNotAllowed',
  409: 'Conflict',
  406: 'NotAcceptable',
  410: 'Expired',
  415: 'UnsupportedMediaType',
  422: 'Invalid',
  429: 'TooManyRequests',
  500: 'InternalError',
  503: 'ServiceUnavailable',
  504: 'Timeout',
};

interface More {
  details?: object;
  metadata?: Status['metadata'];
  headers?: Record<string, string>;
}

export class Refused extends Error {
  readonly status: Status;
  readonly headers: Record<string, string>;

  constructor(code: number, message: string, { details, metadata = {}, headers = {} }: More = {}) {
    super(message);
    this.name = 'Refused';
    this.headers = headers;
    this.status = {
      kind: 'Status',
      apiVersion: 'v1',
      metadata,
      status: 'Failure',
      message,
      reason: reasons[code] ?? 'Unknown',
      ...(details && { details }),
      code,
    };
  }
}

/** A path that leads nowhere is told in plain text, unlike an object that is not there. */
export class NoSuchPath extends Error {}
