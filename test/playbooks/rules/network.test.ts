import { describe, expect, it } from '@jest/globals';
import { dnsDown, dnsReady, policiesUnchanged, policyChanged } from '../../../src/playbooks/rules/network.ts';
import { minutes, now } from '../../diagnosis/rules/containers.ts';
import { said } from './engine.ts';

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
