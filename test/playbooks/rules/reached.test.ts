import { describe, expect, it } from '@jest/globals';
import type { Reached } from '../../../src/diagnosis/reached.ts';
import { answering, reachedAll } from '../../../src/playbooks/rules/reached.ts';
import { highMemoryType as type } from '../../diagnosis/rules/containers.ts';
import { said } from './engine.ts';

const reached = (parts: Partial<Reached> = {}): Reached => ({
  service: 'https://api.partner.example:443/v1',
  host: 'api.partner.example',
  port: 443,
  isFromLog: false,
  steps: [
    { step: 'DNS', ms: 3 },
    { step: 'TCP', ms: 12 },
    { step: 'TLS', ms: 40 },
    { step: 'HTTP', ms: 45 },
  ],
  status: 200,
  ...parts,
});

describe('a service', () => {
  const failed = { step: 'TCP' as const, why: 'the connection was refused (ECONNREFUSED)', ms: 4 };
  const slow = [{ step: 'HTTP' as const, ms: 2_000 }];

  it.each([
    ['that answers', {}, []],
    ['that asks for a login: it answers', { status: 401 }, []],
    ['that answers with 499', { status: 499 }, []],
    ['that answers with 500', { status: 500 }, ['dependency.failing warning']],
    ['that was not reached', { failed, status: undefined }, ['dependency.unreachable critical']],
    ['that took 2 s', { steps: slow }, ['dependency.slow warning']],
    ['that took just less', { steps: [{ step: 'HTTP' as const, ms: 1_999 }] }, []],
  ])('%s', (_name, parts, expected) => {
    expect(said(answering([reached(parts)], type))).toEqual(expected);
  });

  it('is slow by the limit of the runbook', () => {
    expect(said(answering([reached()], { ...type, thresholds: { slowAfter: 100 } }))).toEqual([
      'dependency.slow warning',
    ]);
  });

  it('that was not reached is told by the step, why, what went well before it, and from where', () => {
    expect(answering([reached({ failed, steps: [{ step: 'DNS', ms: 3 }] })], type)).toMatchObject([
      {
        subject: 'https://api.partner.example:443/v1',
        summary:
          'It was not reached: at TCP after 4 ms, the connection was refused (ECONNREFUSED) (DNS 3 ms; asked from where the bot runs).',
        cause: 'dependency',
      },
    ]);
  });

  it('is ruled out only when all that the runbook names answered', () => {
    expect(reachedAll([reached()])).toEqual([
      'The 1 service that the runbook names answered, the slowest in 100 ms, asked from where the bot runs.',
    ]);
    expect(reachedAll([])).toEqual([]);
    expect(reachedAll([reached({ isFromLog: true })])).toEqual([]);
    expect(reachedAll([reached(), reached({ failed })])).toEqual([]);
    expect(reachedAll([reached({ status: 503 })])).toEqual([]);
  });
});
