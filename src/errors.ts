/** Errors of our own, each with a code and a sentence fit for Slack that says what was and was not done. */

/** A remote call did not do what was asked. `retry: never` means that trying again cannot help. */
export class SendFailed extends Error {
  readonly code: string;
  readonly retry: 'later' | 'never';
  /** the other side asked us to wait this long */
  readonly afterMs: number | undefined;

  constructor(code: string, sentence: string, how: { retry: 'later' | 'never'; afterMs?: number; cause?: unknown }) {
    super(sentence, { cause: how.cause });
    this.name = 'SendFailed';
    this.code = code;
    this.retry = how.retry;
    this.afterMs = how.afterMs;
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
