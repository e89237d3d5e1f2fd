/** Errors of our own, each with a code and a sentence fit for Slack that says what was and was not done. */

/** `never`: trying again cannot help · `when-mended`: it can, once somebody has mended what stands in the way */
export type Retry = 'later' | 'never' | 'when-mended';

/** A remote call did not do what was asked. */
export class SendFailed extends Error {
  readonly code: string;
  readonly retry: Retry;
  /** the other side asked us to wait this long */
  readonly afterMs: number | undefined;

  constructor(code: string, sentence: string, how: { retry: Retry; afterMs?: number; cause?: unknown }) {
    super(sentence, { cause: how.cause });
    this.name = 'SendFailed';
    this.code = code;
    this.retry = how.retry;
    this.afterMs = how.afterMs;
  }
}

/** Our own database was asked to save and did not answer: nobody knows whether it did. */
export class PerhapsDone extends Error {
  readonly code = 'perhaps-done';

  constructor(cause: unknown) {
    super('The database did not answer whether it was saved: it may or may not have been done.', { cause });
    this.name = 'PerhapsDone';
  }
}

/** Settings or policy that cannot be used: every fault at once, one sentence each. */
export class BadConfiguration extends Error {
  readonly code = 'bad-configuration';
  readonly faults: string[];

  constructor(faults: string[]) {
    super(faults.join('\n'));
    this.name = 'BadConfiguration';
    this.faults = faults;
  }
}

/**
 * `forbidden`: the account may not · `refused`: it is not known, or not any more · `absent`: there is no such thing there
 * · `busy`: asked to come later · `unreachable`: no answer that could be read
 */
export type CannotSeeCode = 'forbidden' | 'refused' | 'absent' | 'busy' | 'late' | 'unreachable' | 'unreadable';

/** A system that is diagnosed was not seen. The sentence says why, without the words of its secrets. */
export class CannotSee extends Error {
  readonly code: CannotSeeCode;
  /** what an administrator would have to allow, as a line of a role: "list pods in production" */
  readonly grant: string | undefined;

  constructor(code: CannotSeeCode, sentence: string, { grant, cause }: { grant?: string; cause?: unknown } = {}) {
    super(sentence, { cause });
    this.name = 'CannotSee';
    this.code = code;
    this.grant = grant;
  }
}
