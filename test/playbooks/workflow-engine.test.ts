import { describe, expect, it } from '@jest/globals';
import { complaining, replicas, silent, staleLease, working } from '../../src/playbooks/workflow-engine.ts';
import type { LineGroup, PodLog } from '../../src/probes/engine-logs.ts';
import type { Lease } from '../../src/probes/leases.ts';
import { container, minutes, now } from '../diagnosis/rules/containers.ts';

const use = (parts = {}) =>
  container({ pod: 'wf-0', container: 'engine', owner: 'deployment/workflow-engine', siblings: 2, ...parts });
const log = (parts: Partial<PodLog> = {}): PodLog => ({
  use: use(),
  lines: 200,
  newestAt: now - 1_000,
  usualGapMs: 2_000,
  groups: [],
  hosts: [],
  ...parts,
});
const group = (parts: Partial<LineGroup> = {}): LineGroup => ({
  class: 'timeout',
  line: 'step # timed out',
  count: 3,
  firstAt: now - minutes(9),
  lastAt: now - minutes(1),
  ...parts,
});
const logs = (...pods: PodLog[]) => ({ pods, unread: [] });
const said = (found: { rule: string; level: string }[]): string[] => found.map(({ rule, level }) => `${rule} ${level}`);

describe('engine.silent', () => {
  const quiet = (ago: number, parts: Partial<PodLog> = {}, running: number | undefined = 3) =>
    silent(logs(log({ newestAt: now - ago, ...parts })), now, running);

  it('says for how long, and how often it spoke before', () => {
    expect(quiet(minutes(18))).toMatchObject([
      {
        level: 'critical',
        summary: 'Running and ready, but it has said nothing for 18 min; before, there was a line every 2 s or so.',
        observed: 'newest line 18 min ago',
        repeat: 'kubectl logs wf-0 -c engine -n production --tail=200 --timestamps',
        offers: [{ remedy: 'restart-pod' }],
      },
    ]);
  });

  it.each([
    ['nothing just below 5 min', minutes(5) - 1, {}, []],
    ['a warning at 5 min', minutes(5), {}, ['engine.silent warning']],
    ['a warning just below 15 min', minutes(15) - 1, {}, ['engine.silent warning']],
    ['critical at 15 min', minutes(15), {}, ['engine.silent critical']],
    ['nothing for one that says a line a minute and more', minutes(18), { usualGapMs: minutes(1) + 1 }, []],
    ['nothing for one that has said nine lines in its life', minutes(18), { lines: 9 }, []],
    ['nothing for one that never said anything', minutes(18), { lines: 0, newestAt: undefined }, []],
    ['nothing for one that is not ready: that is another finding', minutes(18), { use: use({ isReady: false }) }, []],
    ['nothing for one that does not run', minutes(18), { use: use({ isRunning: false }) }, []],
  ])('is %s', (_name, ago, parts, expected) => {
    expect(said(quiet(ago, parts))).toEqual(expected);
  });

  it('is no fault while no execution is under way, and one where that is not known', () => {
    expect(said(quiet(minutes(18), {}, 0))).toEqual(['engine.idle info']);
    expect(said(silent(logs(log({ newestAt: now - minutes(18) })), now, undefined))).toEqual([
      'engine.silent critical',
    ]);
  });
});

describe('what the log complains of', () => {
  it('is told with how often, in how many pods, since when, and in what words', () => {
    const found = complaining(logs(log({ groups: [group({ count: 12 })] }), log({ use: use({ pod: 'wf-1' }) })), now);

    expect(found).toMatchObject([
      {
        rule: 'engine.timeouts',
        level: 'warning',
        subject: 'deployment/workflow-engine',
        summary: '12 lines of its log tell of time-outs, in 1 of 2 pods: the first 9 min ago, the last 1 min ago.',
        evidence: ['wf-0, 12 times: step # timed out'],
        cause: 'dependency',
      },
    ]);
  });

  it.each([
    ['two alike', [group({ count: 2 })], []],
    ['three alike', [group()], ['engine.timeouts warning']],
    ['three of a kind in three wordings', ['a', 'b', 'c'].map((line) => group({ line, count: 1 })), []],
    [
      'three of each of two kinds, the more frequent first',
      [group(), group({ class: 'refused', count: 5 })],
      ['engine.connections-refused warning', 'engine.timeouts warning'],
    ],
    [
      'four kinds, of which three are told',
      (['timeout', 'refused', 'dns', 'reset'] as const).map((kind, n) => group({ class: kind, count: 9 - n })),
      ['engine.timeouts warning', 'engine.connections-refused warning', 'engine.names-unresolved warning'],
    ],
  ])('with %s', (_name, groups, expected) => {
    expect(said(complaining(logs(log({ groups })), now))).toEqual(expected);
  });

  it('counts alike over the pods together', () => {
    const pods = ['wf-0', 'wf-1', 'wf-2'].map((pod) => log({ use: use({ pod }), groups: [group({ count: 1 })] }));

    expect(complaining(logs(...pods), now)).toMatchObject([
      { observed: '3 lines', summary: expect.stringContaining('3 of 3 pods') },
    ]);
  });
});

describe('its CPU', () => {
  const ill = log({ groups: [group()] });
  const rules = (parts: object, pod = ill): string[] =>
    said(working([use({ uid: pod.use.uid, cpuRequest: 0.5, cpuLimit: 1, ...parts })], logs(pod)));

  it.each([
    ['just below 1 % of its request, with complaints', { cpu: 0.0049 }, ill, ['engine.blocked warning']],
    ['at 1 %', { cpu: 0.005 }, ill, []],
    ['next to none without complaints: it has nothing to do', { cpu: 0.001 }, log(), []],
    ['next to none, and no request to compare with', { cpu: 0.001, cpuRequest: undefined }, ill, []],
    ['at 95 % of its limit', { cpu: 0.95 }, log(), ['engine.busy warning']],
    ['just below', { cpu: 0.949 }, log(), []],
    ['high without a limit', { cpu: 3, cpuLimit: undefined }, log(), []],
    ['no figure', { cpu: undefined }, ill, []],
  ])('%s', (_name, parts, pod, expected) => {
    expect(rules(parts, pod)).toEqual(expected);
  });
});

describe('its replicas', () => {
  const ill = (pod: string) => log({ use: use({ pod }), groups: [group()] });
  const well = (pod: string) => log({ use: use({ pod }) });

  it.each([
    ['one of three', [ill('wf-0'), well('wf-1'), well('wf-2')], ['engine.one-replica info']],
    ['all', [ill('wf-0'), ill('wf-1')], ['engine.all-replicas info']],
    ['two of three', [ill('wf-0'), ill('wf-1'), well('wf-2')], []],
    ['none', [well('wf-0'), well('wf-1')], []],
    ['the only one', [ill('wf-0')], []],
  ])('%s', (_name, pods, expected) => {
    expect(said(replicas(logs(...pods), now))).toEqual(expected);
  });
});

describe('its replicas that were read', () => {
  const ill = (pod: string) => log({ use: use({ pod }), groups: [group()] });
  const unread = ['there are 8 pods, the logs of 2 were read'];

  it('are not all of them', () => {
    expect(replicas({ pods: [ill('wf-0'), ill('wf-1')], unread }, now)).toEqual([]);
    expect(replicas({ pods: [ill('wf-0'), log()], unread }, now)).toMatchObject([
      { summary: expect.stringContaining('Only wf-0 of 2 replicas that were read is silent') },
    ]);
  });
});

describe('lease.stale', () => {
  const lease = (parts: Partial<Lease>): Lease => ({
    namespace: 'production',
    name: 'workflow-engine-leader',
    holder: 'wf-0_5f1c',
    durationMs: 15_000,
    renewedAt: now - 20_000,
    pod: use(),
    ...parts,
  });

  it.each([
    ['as old as it lasts', { renewedAt: now - 15_000 }, []],
    ['a moment older', { renewedAt: now - 15_001 }, ['lease.stale warning']],
    ['renewed in the future of another clock', { renewedAt: now + 5_000 }, []],
  ])('%s', (_name, parts, expected) => {
    expect(said(staleLease([lease(parts)], now))).toEqual(expected);
  });

  it('names who holds it, offers his restart, and says that it was seen once', () => {
    expect(staleLease([lease({ renewedAt: now - minutes(6) })], now)).toMatchObject([
      {
        summary:
          'The lease is held by wf-0, but was renewed 6 min ago and lasts 15 s: nobody leads. Seen once, by the clock of this machine.',
        offers: [{ remedy: 'restart-pod', about: { name: 'wf-0' } }],
      },
    ]);
  });

  it('offers nothing for a holder that is gone', () => {
    const [finding] = staleLease([lease({ pod: undefined })], now);

    expect(finding?.summary).toContain('wf-0_5f1c, which is no pod of the engine any more');
    expect(finding).not.toHaveProperty('offers');
  });
});
