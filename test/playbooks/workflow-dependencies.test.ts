import { describe, expect, it } from '@jest/globals';
import type { Reached } from '../../src/diagnosis/reached.ts';
import {
  answering,
  behind,
  dnsDown,
  dnsReady,
  policiesUnchanged,
  policyChanged,
  reachedAll,
} from '../../src/playbooks/workflow-dependencies.ts';
import type { Dependency } from '../../src/probes/dependencies.ts';
import { highMemoryType, minutes, now } from '../diagnosis/rules/containers.ts';

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
const type = highMemoryType;
const said = (found: { rule: string; level: string }[]): string[] => found.map(({ rule, level }) => `${rule} ${level}`);

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

describe('a service of the cluster', () => {
  const dependency = (parts: Partial<Dependency>) => ({
    inside: [
      {
        namespace: 'production',
        name: 'billing',
        mentions: 12,
        isThere: true,
        isSelecting: true,
        ready: 0,
        all: 3,
        ...parts,
      },
    ],
    outside: [],
    gaps: [],
  });

  it.each([
    ['with none ready', {}, ['dependency.no-endpoints critical']],
    ['with one ready', { ready: 1 }, []],
    ['that selects nothing itself', { isSelecting: false }, []],
    ['that is not there', { isThere: false, isSelecting: false }, ['dependency.no-service warning']],
  ])('%s', (_name, parts, expected) => {
    expect(said(behind(dependency(parts)))).toEqual(expected);
  });

  it('is told with its numbers, and one outside is no more than named', () => {
    expect(behind(dependency({}))[0]?.summary).toBe(
      "It has 0 ready endpoints (of 3), and 12 lines of trouble in the engine's log name it: run the checks of that service.",
    );
    expect(said(behind({ inside: [], outside: [{ name: 'api.partner.example', mentions: 4 }], gaps: [] }))).toEqual([
      'dependency.outside info',
    ]);
  });
});

describe('a network policy', () => {
  const changed = (ago: number) => [
    { namespace: 'production', name: 'engine-egress', changedAt: now - ago, rules: 2, pods: 3 },
  ];

  it.each([
    ['a day ago', minutes(24 * 60), ['network.policy-changed warning'], 0],
    ['a moment before', minutes(24 * 60) + 1, [], 1],
  ])('that was changed %s', (_name, ago, expected, ruledOut) => {
    expect(said(policyChanged(changed(ago), now))).toEqual(expected);
    expect(policiesUnchanged({ policies: changed(ago), gaps: [] }, now)).toHaveLength(ruledOut);
    expect(policiesUnchanged({ policies: changed(ago), gaps: ['not all were seen'] }, now)).toEqual([]);
  });

  it('is told with what it selects', () => {
    expect(policyChanged(changed(minutes(40)), now)[0]?.summary).toBe(
      'This network policy limits where 3 pods of the engine may connect to (2 rules for egress), and was changed 40 min ago.',
    );
  });
});

it.each([
  ['all ready', { pods: 2, ready: 2 }, [], 1],
  ['one not', { pods: 2, ready: 1 }, ['dns.not-ready warning'], 0],
  ['none seen, which is neither', { pods: 0, ready: 0 }, [], 0],
])('DNS with %s', (_name, seen, expected, ruledOut) => {
  expect(said(dnsDown(seen))).toEqual(expected);
  expect(dnsReady(seen)).toHaveLength(ruledOut);
});
