import { describe, expect, it } from '@jest/globals';
import { killedInside, limitHit } from '../../../src/diagnosis/rules/memory-kills.ts';
import { spread } from '../../../src/diagnosis/rules/memory-spread.ts';
import { container, highMemoryType, mebi, namespace } from './containers.ts';

const pods = (...memory: (number | undefined)[]) =>
  namespace(
    ...memory.map((used, n) =>
      container({ pod: `api-${n}`, siblings: memory.length, memory: used === undefined ? undefined : mebi(used) }),
    ),
  );
const found = (...memory: (number | undefined)[]): string[] =>
  spread(pods(...memory), highMemoryType).map(({ rule, level, subject }) => `${rule} ${level} ${subject}`);

describe('of several pods', () => {
  it.each([
    ['one that leaks', [480, 200, 200], ['memory.one-pod warning api-0']],
    ['one far above the others, but far from its limit', [300, 100, 100], ['memory.one-pod info api-0']],
    ['one at one and a half times the median', [300, 200, 200], []],
    ['all near their limit', [470, 460, 450], ['memory.all-pods warning deployment/api']],
    ['all but one', [470, 460, 400], []],
    ['one alone', [500], []],
    ['two, of which one has more than three times as much', [480, 150], ['memory.one-pod warning api-0']],
    [
      'one with no figure, which does not pull the median down',
      [480, 470, undefined],
      ['memory.all-pods warning deployment/api'],
    ],
    ['none near anything', [100, 100, 100], []],
  ])('%s', (_name, memory, expected) => {
    expect(found(...memory)).toEqual(expected);
  });

  it('a restart is offered for the one, more pods for all alike', () => {
    expect(spread(pods(480, 200, 200), highMemoryType)).toMatchObject([
      {
        summary:
          '480 MiB, 2.4 times the median of the 3 pods of deployment/api (200 MiB): this one pod, not load on all of them.',
        offers: [{ remedy: 'restart-pod', about: { name: 'api-0' } }],
      },
    ]);
    expect(spread(pods(470, 460, 450), highMemoryType)).toMatchObject([
      {
        summary:
          'All 3 pods are near their limit and alike, 450 MiB to 470 MiB: load, or a limit that is too low, not a leak in one of them.',
        offers: [{ remedy: 'scale', about: { kind: 'deployment', name: 'api' } }],
      },
    ]);
  });

  it('containers of one pod count together, and owners apart', () => {
    const other = container({ pod: 'web-1', owner: 'deployment/web', memory: mebi(500) });
    const side = pods(200, 200, 200).containers.map((use) => ({ ...use, container: 'proxy', memory: mebi(10) }));

    expect(spread(namespace(...pods(200, 200, 200).containers, ...side, other), highMemoryType)).toEqual([]);
  });
});

describe('inside a container', () => {
  const inside = {
    use: container(),
    version: 'v2' as const,
    workingBytes: mebi(300),
    limitBytes: mebi(512),
    limitHits: 0,
    kills: 0,
  };
  const rules = (parts: object): string[] =>
    [...killedInside([{ ...inside, ...parts }]), ...limitHit([{ ...inside, ...parts }])].map(
      ({ rule, level }) => `${rule} ${level}`,
    );

  it.each([
    ['nothing', {}, []],
    ['a kill', { kills: 2, limitHits: 340 }, ['memory.killed-inside warning']],
    ['hits that were seen once', { limitHits: 340 }, ['memory.limit-was-hit info']],
    ['hits that do not rise', { limitHits: 340, limitHitsThen: 340 }, ['memory.limit-was-hit info']],
    ['hits that rise', { limitHits: 340, limitHitsThen: 341 }, ['memory.limit-hit warning']],
  ])('%s', (_name, parts, expected) => {
    expect(rules(parts)).toEqual(expected);
  });

  it('is told with the counts, what is in use, and the command that shows the same', () => {
    expect(killedInside([{ ...inside, kills: 2, limitHits: 340 }])).toMatchObject([
      {
        summary:
          '2 processes killed for memory inside the container since it started, while it went on running; limit hit 340 times, 300 MiB of 512 MiB in use (58 %).',
        repeat: 'kubectl exec -n production api-1 -c app -- cat /sys/fs/cgroup/memory.events',
        offers: [{ remedy: 'raise-limit' }],
      },
    ]);
    expect(limitHit([{ ...inside, limitHits: 340 }])[0]?.summary).toContain('seen once');
  });
});
