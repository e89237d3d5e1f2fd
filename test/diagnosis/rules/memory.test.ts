import { describe, expect, it } from '@jest/globals';
import { aboveRequested, nearLimit, noFigure, noLimit } from '../../../src/diagnosis/rules/memory.ts';
import { container, highMemoryType, mebi, namespace } from './containers.ts';

describe('memory.near-limit', () => {
  it('says who, how much of how much, and how to see the same', () => {
    const [finding] = nearLimit(namespace(container({ memory: mebi(471) })), highMemoryType);

    expect(finding).toMatchObject({
      rule: 'memory.near-limit',
      level: 'critical',
      subject: 'api-1/app',
      summary: '471 MiB of 512 MiB (91 %) are in use: at its limit it is killed.',
      observed: '91 %',
      threshold: 'warning from 80 %, critical from 90 %',
      cause: 'out-of-memory',
      repeat: 'kubectl top pod api-1 --containers -n production',
      about: { kind: 'pod', name: 'api-1', uid: 'uid-of-api-1', owner: 'deployment/api', siblings: 1 },
      offers: [{ remedy: 'raise-limit', about: { kind: 'deployment', namespace: 'production', name: 'api' } }],
    });
  });

  it.each([
    ['nothing just below 80 %', 799, 1_000, []],
    ['a warning at 80 %', 800, 1_000, ['warning']],
    ['a warning just below 90 %', 899, 1_000, ['warning']],
    ['critical at 90 %', 900, 1_000, ['critical']],
    ['critical beyond its limit', 1_001, 1_000, ['critical']],
    ['nothing with no figure', undefined, 1_000, []],
    ['nothing with no limit', 900, undefined, []],
    ['nothing with a limit of 0, which is none', 900, 0, []],
  ])('is %s', (_name, memory, memoryLimit, levels) => {
    const found = nearLimit(namespace(container({ memory, memoryLimit })), highMemoryType);

    expect(found.map(({ level }) => level)).toEqual(levels);
  });

  it('goes by the thresholds of the runbook', () => {
    const issueType = { ...highMemoryType, thresholds: { memoryWarningPercent: 50, memoryCriticalPercent: 60 } };
    const found = nearLimit(namespace(container({ memory: mebi(300) })), issueType);

    expect(found).toMatchObject([{ level: 'warning', threshold: 'warning from 50 %, critical from 60 %' }]);
  });

  it('offers a higher limit once for all pods of a deployment, and none for a pod of nobody', () => {
    const found = nearLimit(
      namespace(
        container({ memory: mebi(500) }),
        container({ pod: 'api-2', memory: mebi(500) }),
        container({ pod: 'lone', owner: undefined, memory: mebi(500) }),
      ),
      highMemoryType,
    );

    expect(found.map(({ offers = [] }) => offers.length)).toEqual([1, 0, 0]);
  });
});

describe('memory.no-limit', () => {
  const use = container({ memoryLimit: undefined, memory: mebi(900) });
  const node = { ok: true as const, data: { 'node-1': mebi(3_800) } };

  it.each([
    ['what its node has', node, 'It can take'.toLowerCase(), '3800 MiB on node-1 (23 %)'],
    [
      'that it is not known what its node has',
      { ok: false as const, why: 'no right to list nodes' },
      '900 MiB are in use',
      'no right to list nodes',
    ],
    [
      'no more than it knows, of a node that was not listed',
      { ok: true as const, data: {} },
      '900 MiB',
      'what its node has.',
    ],
  ])('says %s', (_name, nodes, first, second) => {
    const [finding] = noLimit({ ...namespace(use), nodes });

    expect(finding).toMatchObject({ rule: 'memory.no-limit', level: 'warning' });
    expect(finding?.summary).toContain(first);
    expect(finding?.summary).toContain(second);
  });

  it('is nothing where there is a limit, and does not take a missing figure for 0', () => {
    expect(noLimit(namespace(container()))).toEqual([]);
    expect(noLimit(namespace(container({ memoryLimit: undefined, memory: undefined })))[0]?.summary).toContain(
      'there is no figure of its use',
    );
  });
});

describe('memory.above-request', () => {
  it.each([
    ['at one and a half times', 150, 100, []],
    ['just above it', 151, 100, ['memory.above-request']],
    ['without a request', 151, undefined, []],
    ['without a figure', undefined, 100, []],
  ])('%s', (_name, memory, memoryRequest, rules) => {
    const found = aboveRequested(namespace(container({ memory, memoryRequest })));

    expect(found.map(({ rule }) => rule)).toEqual(rules);
    expect(found.every(({ level }) => level === 'info')).toBe(true);
  });
});

describe('memory.no-figure', () => {
  it.each([
    ['for one that runs', { memory: undefined }, ['memory.no-figure']],
    ['but not for one that does not run', { memory: undefined, isRunning: false }, []],
    ['nor for one with a figure of 0', { memory: 0 }, []],
  ])('is said %s', (_name, parts, rules) => {
    expect(noFigure(namespace(container(parts))).map(({ rule }) => rule)).toEqual(rules);
  });

  it('is not repeated for each where there are no figures at all: the check says so', () => {
    const use = { ...namespace(container({ memory: undefined })), figures: { ok: false as const, why: 'down' } };

    expect(noFigure(use)).toEqual([]);
  });
});
