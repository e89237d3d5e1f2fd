import { afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { makeTargetCluster, type TargetCluster } from '../../../src/clients/kubernetes/cluster.ts';
import { kinds } from '../../../src/diagnosis/cluster.ts';
import { type Answering, type Api, json, startApi, status, text } from './api.ts';

let api: Api;
let cluster: TargetCluster;

// loading the library of the client counts in no limit here
beforeAll(() => import('../../../src/clients/kubernetes/session.ts'));
beforeEach(async () => {
  api = await startApi();
  cluster = makeTargetCluster({ kubeconfig: api.kubeconfig() });
});
afterEach(async () => {
  await cluster.end();
  await api.end();
});

const Named = z.object({ metadata: z.object({ name: z.string() }) });
const nameOf = (item: unknown): string => Named.parse(item).metadata.name;
const pods = { kind: kinds.pods, namespace: 'production', parse: nameOf };

const page = (from: number, length: number, next?: string): Answering =>
  json(200, {
    items: Array.from({ length }, (_, n) => ({ metadata: { name: `pod-${from + n}` } })),
    metadata: next === undefined ? {} : { continue: next },
  });

/** Each answer once, the last for ever. */
const inTurn = (...answers: Answering[]): Answering => {
  let turn = 0;
  return (request, response) => answers[Math.min(turn++, answers.length - 1)]?.(request, response);
};
const gone = status(410, 'Expired', 'The provided continue parameter is too old');

describe('a list', () => {
  it('is read page by page, in the order of the API', async () => {
    api.answers = inTurn(page(0, 500, 'a/b='), page(500, 500, 'c'), page(1_000, 3));

    const { rows, isCut } = await cluster.list(pods);

    expect([rows.length, rows[0], rows.at(-1), isCut]).toEqual([1_003, 'pod-0', 'pod-1002', false]);
    expect(api.asked).toEqual([
      'GET /api/v1/namespaces/production/pods?limit=200',
      'GET /api/v1/namespaces/production/pods?limit=200&continue=a%2Fb%3D',
      'GET /api/v1/namespaces/production/pods?limit=200&continue=c',
    ]);
  });

  it('asks with selectors, of a group, without a namespace', async () => {
    api.answers = page(0, 0);

    await cluster.list({ kind: kinds.deployments, namespace: 'a', labels: 'app in (x,y)', parse: nameOf });
    await cluster.list({ kind: kinds.nodes, fields: 'metadata.name=node-1', parse: nameOf });

    expect(api.asked).toEqual([
      'GET /apis/apps/v1/namespaces/a/deployments?limit=200&labelSelector=app+in+%28x%2Cy%29',
      'GET /api/v1/nodes?limit=200&fieldSelector=metadata.name%3Dnode-1',
    ]);
  });

  it('that grew too old to be continued is begun once more', async () => {
    api.answers = inTurn(page(0, 500, 'old'), gone, page(7, 500, 'new'), page(507, 1));

    const { rows } = await cluster.list(pods);

    expect([rows.length, rows[0]]).toEqual([501, 'pod-7']);
    expect(api.asked[2]).toBe('GET /api/v1/namespaces/production/pods?limit=200');
  });

  it('that does so again is not seen', async () => {
    api.answers = inTurn(page(0, 1, 'old'), gone, page(0, 1, 'old'), gone, page(0, 1));

    await expect(cluster.list(pods)).rejects.toMatchObject({
      code: 'busy',
      message: 'pods change faster than they can be listed',
    });
  });

  it.each<[string, Answering, number, boolean]>([
    ['has more than is read', inTurn(page(0, 19_999, 'a'), page(19_999, 1, 'b')), 20_000, true],
    ['ends with what is read', inTurn(page(0, 19_999, 'a'), page(19_999, 1)), 20_000, false],
    ['comes whole although it is larger', page(0, 20_001), 20_000, true],
  ])('that %s says so', async (_name, answers, length, isCut) => {
    api.answers = answers;

    const listed = await cluster.list(pods);

    expect([listed.rows.length, listed.isCut]).toEqual([length, isCut]);
  });

  it('of nothing may be written as null', async () => {
    api.answers = json(200, { items: null });

    expect(await cluster.list(pods)).toEqual({ rows: [], isCut: false });
  });

  it('with something else in it is not seen, and nothing of it is told', async () => {
    api.answers = json(200, { items: [{ metadata: { name: 'a' } }, { metadata: { password: 'hush-hush' } }] });

    await expect(cluster.list(pods)).rejects.toMatchObject({
      code: 'unreadable',
      message: 'the list of pods was not understood at metadata.name',
    });
  });

  it('lets others run while one page is read', async () => {
    api.answers = page(0, 50);
    const aWhile = (): void => {
      const until = performance.now() + 2;
      while (performance.now() < until);
    };
    let parsed = 0;
    const between = new Set<number>();
    const watch = setInterval(() => between.add(parsed), 1);

    await cluster.list({
      ...pods,
      parse: (item) => {
        aWhile();
        parsed += 1;
        return pods.parse(item);
      },
    });
    clearInterval(watch);

    between.delete(0);
    between.delete(50);
    // 100 ms of work in turns of 10
    expect(between.size).toBeGreaterThanOrEqual(5);
  });
});

describe('connections', () => {
  it('are few, and kept', async () => {
    api.answers = page(0, 1);

    await Promise.all(Array.from({ length: 40 }, () => cluster.list(pods)));
    await cluster.list(pods);

    expect(api.asked).toHaveLength(41);
    expect(api.connections).toBeLessThanOrEqual(8);
  });

  it('are gone after the end, and no more is asked', async () => {
    api.answers = page(0, 1);
    await cluster.list(pods);

    await cluster.end();

    await expect(cluster.list(pods)).rejects.toMatchObject({ code: 'unreachable' });
    expect(api.asked).toHaveLength(1);
  });
});

describe('logs', () => {
  const asked = { namespace: 'production', pod: 'api-1', container: 'app', tailLines: 3 };
  const line = (n: number): string => `2026-11-23T10:00:0${n}.000000000Z line ${n}`;
  const query = 'container=app&tailLines=4&limitBytes=262144&timestamps=true';

  it('are the last lines, and say that there were more', async () => {
    api.answers = text(200, `${[1, 2, 3, 4].map(line).join('\n')}\n`);

    expect(await cluster.logs(asked)).toEqual({ lines: [2, 3, 4].map(line), isCut: true });
    expect(api.asked).toEqual([`GET /api/v1/namespaces/production/pods/api-1/log?${query}`]);
  });

  it('are not cut when there are just as many', async () => {
    api.answers = text(200, `${[1, 2, 3].map(line).join('\n')}\n`);

    expect(await cluster.logs(asked)).toEqual({ lines: [1, 2, 3].map(line), isCut: false });
  });

  it('of the container before come when they are asked for', async () => {
    api.answers = text(200, '');

    await cluster.logs({ ...asked, previous: true });

    expect(api.asked).toEqual([`GET /api/v1/namespaces/production/pods/api-1/log?${query}&previous=true`]);
  });

  it('with lines that are too long are asked for again, until the newest is among them', async () => {
    const long = `2026-11-23T10:00:01Z ${'x'.repeat(100_000)}`;
    const newest = `2026-11-23T10:00:09Z the newest`;
    const all = [...Array.from({ length: 20 }, () => long), newest];
    api.answers = (request, response) => {
      const lines = Number(new URL(request.url ?? '', 'https://here').searchParams.get('tailLines'));
      response.end(`${all.slice(-lines).join('\n')}\n`.slice(0, 262_144));
    };

    const { lines, isCut, gap } = await cluster.logs({ ...asked, tailLines: 20 });

    expect(lines.at(-1)).toBe(newest);
    expect(isCut).toBe(true);
    expect(gap).toEqual({ of: 'oldest', why: 'its lines are so long that of 20 only the last 1 were read' });
  });

  it('of which the newest line is too long say that it was not read', async () => {
    api.answers = text(200, `${line(1)}${'x'.repeat(262_144)}`.slice(0, 262_144));

    expect((await cluster.logs(asked)).gap).toEqual({
      of: 'newest',
      why: 'its lines are so long that the newest is not among the 256 KB that were read',
    });
  });

  it('are read no further by a server that takes no heed of the limit', async () => {
    const part = `${line(1)} ${'x'.repeat(65_536)}\n`;
    let sent = 0;
    api.answers = (_request, response) => {
      response.on('error', () => {});
      const more = (): void => {
        while (!response.destroyed) {
          sent += part.length;
          if (!response.write(part)) return void response.once('drain', more);
        }
      };
      more();
    };

    const { lines, isCut, gap } = await cluster.logs(asked);

    expect(lines.join('').length).toBeLessThanOrEqual(262_144);
    expect([isCut, gap?.of]).toEqual([true, 'newest']);
    expect(api.asked.length).toBeLessThanOrEqual(4);
    expect(sent).toBeLessThan(64 * 1_024 * 1_024);
    api.answers = text(200, `${line(1)}\n`);
    expect((await cluster.logs(asked)).lines).toEqual([line(1)]);
  });

  it.each([
    ['a container that has not started', 'container "app" in pod "api-1" is waiting to start: ContainerCreating'],
    ['no container before', 'previous terminated container "app" in pod "api-1" not found'],
  ])('of %s keep the words of the API', async (_name, message) => {
    api.answers = status(400, 'BadRequest', message);

    await expect(cluster.logs(asked)).rejects.toMatchObject({
      code: 'absent',
      message: `the cluster says: ${message}`,
    });
  });

  it('of a pod that is gone', async () => {
    api.answers = status(404, 'NotFound', 'pods "api-1" not found');

    await expect(cluster.logs(asked)).rejects.toMatchObject({
      code: 'absent',
      message: 'pod api-1 in production is not there: pods "api-1" not found',
    });
  });

  it('that may not be read name the grant', async () => {
    api.answers = status(403, 'Forbidden', 'no');

    await expect(cluster.logs(asked)).rejects.toMatchObject({ code: 'forbidden', grant: 'get pods/log in production' });
  });
});

describe('whether the account may', () => {
  const right = { kind: kinds.deployments, verbs: ['get', 'list'] } as const;

  it.each([
    ['everything that is asked', () => true, true],
    ['one verb of two', (verb: string) => verb === 'get', false],
    ['nothing', () => false, false],
  ])('is asked for each verb: %s', async (_name, allows, expected) => {
    const asked: unknown[] = [];
    api.answers = (request, response) => {
      const parts: Buffer[] = [];
      request.on('data', (part: Buffer) => parts.push(part));
      request.on('end', () => {
        const review = Review.parse(JSON.parse(Buffer.concat(parts).toString()));
        asked.push(review.spec.resourceAttributes);
        const allowed = allows(review.spec.resourceAttributes.verb);
        response.writeHead(201).end(JSON.stringify({ ...review, status: { allowed } }));
      });
    };

    expect(await cluster.may(right, 'production')).toBe(expected);
    const of = { namespace: 'production', group: 'apps', version: 'v1', resource: 'deployments' };
    expect(asked).toEqual(
      expect.arrayContaining([
        { ...of, verb: 'get' },
        { ...of, verb: 'list' },
      ]),
    );
  });

  it('is not guessed', async () => {
    api.answers = json(201, { status: {} });

    await expect(cluster.may(right)).rejects.toMatchObject({ code: 'unreadable' });
  });
});

const Review = z.looseObject({ spec: z.object({ resourceAttributes: z.looseObject({ verb: z.string() }) }) });

describe('a name that is none', () => {
  const bad = [
    '../../kube-system',
    'a/b',
    'a?b',
    'a#b',
    'a%2f',
    'UPPER',
    '',
    '.',
    '-a',
    'a-',
    'ä',
    'a\n',
    'x'.repeat(254),
  ];
  const good = { namespace: 'production', pod: 'api-1', container: 'app' };

  it.each(bad.flatMap((name) => ['namespace', 'pod', 'container'].map((what) => [what, name] as const)))(
    'of a %s is refused before a byte is sent: %j',
    async (what, name) => {
      const address = { ...good, [what]: name };
      const looks = [
        cluster.logs({ ...address, tailLines: 1 }),
        cluster.exec({ ...address, command: ['true'] }),
        ...(what === 'namespace' ? [cluster.list({ ...pods, namespace: name })] : []),
      ];

      for (const look of looks)
        await expect(look).rejects.toMatchObject({
          code: 'absent',
          message: `${JSON.stringify(name.slice(0, 80))} is no name of a ${what}: nothing was asked`,
        });

      expect([api.asked, api.connections]).toEqual([[], 0]);
    },
  );

  it('may be long and have points where it is one of a pod', async () => {
    api.answers = text(200, '');

    await cluster.logs({ ...good, pod: `a.b-c.${'d'.repeat(63)}`, tailLines: 1 });

    expect(api.asked).toHaveLength(1);
  });
});
