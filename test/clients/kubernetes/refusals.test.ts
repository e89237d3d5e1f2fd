import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { makeTargetCluster, type TargetCluster } from '../../../src/clients/kubernetes/cluster.ts';
import { type Cluster, kinds } from '../../../src/diagnosis/cluster.ts';
import { oneLine } from '../../../src/diagnosis/words.ts';
import { CannotSee } from '../../../src/errors.ts';
import { type Answering, type Api, json, startApi, status, text, token } from './api.ts';

let api: Api;
let made: TargetCluster[];

// loading the library of the client counts in no limit here
beforeAll(() => import('../../../src/clients/kubernetes/session.ts'));
beforeEach(async () => {
  api = await startApi();
  made = [];
});
afterEach(async () => {
  jest.useRealTimers();
  for (const cluster of made) await cluster.end();
  await api.end();
});

function cluster(kubeconfig = api.kubeconfig(), limits = { readMs: 5_000, execMs: 5_000 }): Cluster {
  const one = makeTargetCluster({ kubeconfig }, { limits });
  made.push(one);
  return one;
}

const pods = { kind: kinds.pods, namespace: 'production', parse: (item: unknown) => item };

/** A shorter one would count the first load of the client's library. */
const short = { readMs: 400, execMs: 400 };

async function refusal(asking: Promise<unknown>): Promise<CannotSee> {
  const refused: unknown = await asking.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (refused instanceof CannotSee) return refused;
  throw new Error(`no refusal of ours: ${String(refused)}`);
}

describe('an answer that is a refusal says why, and what to do', () => {
  it.each<[string, Answering, string, string]>([
    [
      '401',
      status(401, 'Unauthorized', 'Unauthorized'),
      'refused',
      'the cluster does not take the credentials, or not any more',
    ],
    [
      '403',
      status(403, 'Forbidden', 'pods is forbidden: User "system:serviceaccount:ops:bot" cannot list resource "pods"'),
      'forbidden',
      'the bot may not list pods in production: grant `list` on `pods` to system:serviceaccount:ops:bot',
    ],
    [
      '403 of something before the API',
      text(403, '<html>no</html>'),
      'forbidden',
      'the bot may not list pods in production: grant `list` on `pods` to its account',
    ],
    ['404', text(404, '404 page not found'), 'absent', 'the cluster knows no pods in version v1'],
    [
      '410 for a first page',
      status(410, 'Expired', 'too old'),
      'unreadable',
      'the cluster gave an answer (410) that is not understood: too old',
    ],
    [
      '429',
      json(429, { message: 'slow down' }, { 'retry-after': '7' }),
      'busy',
      'the cluster has too much to do and asks to come again in 7 s',
    ],
    [
      '500',
      status(500, 'InternalError', 'etcdserver:\n leader changed'),
      'unreachable',
      'the cluster is not able to answer (500): etcdserver: leader changed',
    ],
    [
      '503 as text',
      text(503, 'service unavailable\n'),
      'unreachable',
      'the cluster is not able to answer (503): service unavailable',
    ],
    ['a page of HTML', text(502, '<html>Bad gateway</html>'), 'unreachable', 'the cluster is not able to answer (502)'],
    ['a redirect', text(302, ''), 'unreadable', 'the cluster gave an answer (302) that is not understood'],
  ])('%s', async (_name, answers, code, message) => {
    api.answers = answers;

    expect(await refusal(cluster().list(pods))).toMatchObject({ code, message });
  });

  it.each<[string, Answering, string, string]>([
    ['is not installed', text(404, '404 page not found'), 'absent', 'the metrics server is not installed'],
    [
      'is down',
      text(503, 'service unavailable\n'),
      'unreachable',
      'the metrics server is not able to answer (503): service unavailable',
    ],
  ])('a metrics server that %s', async (_name, answers, code, message) => {
    api.answers = answers;

    expect(await refusal(cluster().list({ ...pods, kind: kinds.podMetrics }))).toMatchObject({ code, message });
  });

  it('names the grant with its group, as a role has it', async () => {
    api.answers = status(403, 'Forbidden', 'no');

    const refused = await refusal(cluster().list({ ...pods, kind: kinds.deployments }));

    expect(refused.grant).toBe('list deployments in production (apps)');
    expect(refused.message).toMatch(/: grant `list` on `deployments` \(apps\) to /);
  });

  it('says what to grant before the account, whose name may be cut off in a line', async () => {
    const [namespace, user] = ['n'.repeat(63), `system:serviceaccount:${'n'.repeat(63)}:${'a'.repeat(63)}`];
    api.answers = status(403, 'Forbidden', `no: User "${user}" cannot`);

    const refused = await refusal(cluster().list({ ...pods, namespace, kind: kinds.autoscalers }));

    expect(oneLine(refused.message)).toContain('grant `list` on `horizontalpodautoscalers` (autoscaling) to system:');
  });

  it('keeps no more of foreign words than a line', async () => {
    api.answers = text(500, `${'x'.repeat(5_000)}\u001b[31m`);

    expect((await refusal(cluster().list(pods))).message.length).toBeLessThan(300);
  });
});

describe('no answer is given up on', () => {
  const drops: Record<string, Answering> = {
    'hangs before its headers': () => {},
    'hangs in the body': (_request, response) =>
      void response.writeHead(200, { 'content-type': 'application/json' }).write('{"items":['),
    'never comes to its end': (_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      const dripping = setInterval(() => response.write(' '), 5);
      response.on('close', () => clearInterval(dripping));
    },
  };

  it.each(Object.entries(drops))('when it %s', async (_name, answers) => {
    api.answers = answers;
    const asked = performance.now();

    expect(await refusal(cluster(undefined, short).list(pods))).toMatchObject({
      code: 'late',
      message: 'no answer within 0.4 s',
    });

    expect(performance.now() - asked).toBeLessThan(1_500);
  });

  it('when the connection is never taken', async () => {
    const sockets: Socket[] = [];
    const silent = createServer((socket) => sockets.push(socket)).listen(0, '127.0.0.1');
    await once(silent, 'listening');
    const address = silent.address();
    const port = address !== null && typeof address === 'object' ? address.port : 0;
    const lost = cluster(api.kubeconfig({ server: `https://127.0.0.1:${port}` }), short);

    expect(await refusal(lost.list(pods))).toMatchObject({ code: 'late' });

    for (const socket of sockets) socket.destroy();
    await once(silent.close(), 'close');
  });

  it('and the time of all pages together counts', async () => {
    api.answers = (_request, response) =>
      void setTimeout(() => response.end(JSON.stringify({ items: [], metadata: { continue: 'more' } })), 30);

    expect(await refusal(cluster(undefined, short).list(pods))).toMatchObject({ code: 'late' });
  });
});

describe('an answer that is not whole is none', () => {
  it.each<[string, Answering, string, string]>([
    [
      'reset before the headers',
      (request) => request.socket.destroy(),
      'unreachable',
      'the connection broke before the answer was whole',
    ],
    [
      'reset in the body',
      (request, response) => {
        response.writeHead(200, { 'content-length': '1000' }).write('{"items":[', () => request.socket.destroy());
      },
      'unreachable',
      'the connection broke before the answer was whole',
    ],
    ['truncated JSON', text(200, '{"items":[{"metadata":'), 'unreadable', 'the list of pods was not understood'],
    ['another page', text(200, '<html>welcome</html>'), 'unreadable', 'the list of pods was not understood'],
    ['JSON of another shape', json(200, { items: 7 }), 'unreadable', 'the list of pods was not understood at items'],
  ])('%s', async (_name, answers, code, message) => {
    api.answers = answers;

    expect(await refusal(cluster().list(pods))).toMatchObject({ code, message });
  });
});

describe('a cluster that is not reached', () => {
  const unreached: [string, () => string, string, string | RegExp][] = [
    [
      'another CA',
      () => api.kubeconfig({ ca: api.otherCa }),
      'unreachable',
      'the certificate of the cluster is not signed by the CA that is configured',
    ],
    [
      'a certificate for another name',
      () => api.kubeconfig({ server: `https://localhost:${api.port}` }),
      'unreachable',
      'the certificate of the cluster is for another name',
    ],
    [
      'nothing there',
      () => api.kubeconfig({ server: 'https://127.0.0.1:1' }),
      'unreachable',
      'nothing listens at the address of the cluster',
    ],
    [
      'a name that nobody knows',
      () => api.kubeconfig({ server: 'https://nowhere.invalid' }),
      'unreachable',
      /^the name of the cluster (is not known here|could not be looked up)$/,
    ],
    [
      'no TLS',
      () => api.kubeconfig({ server: `http://127.0.0.1:${api.port}` }),
      'absent',
      'the kubeconfig leads to an address without TLS, where credentials are not sent',
    ],
    ['no file', () => join(api.folder, 'none'), 'absent', 'KUBECONFIG names no file that is there'],
    [
      'a file of something else',
      () => {
        writeFileSync(join(api.folder, 'odd'), `secret: ${token}: {`);
        return join(api.folder, 'odd');
      },
      'absent',
      'KUBECONFIG names a file that cannot be read as a kubeconfig',
    ],
    [
      'a login command that fails',
      () =>
        api.kubeconfig({
          user: {
            exec: {
              apiVersion: 'client.authentication.k8s.io/v1',
              command: 'sh',
              args: ['-c', `echo ${token} >&2; exit 1`],
            },
          },
        }),
      'refused',
      'the credentials of the cluster could not be made: a file or a login command failed',
    ],
  ];

  it.each(unreached)('%s', async (_name, kubeconfig, code, message) => {
    const refused = await refusal(cluster(kubeconfig()).list(pods));

    expect(refused.code).toBe(code);
    expect(refused.message).toMatch(message);
  });

  it('a login command that hangs', async () => {
    const exec = { apiVersion: 'client.authentication.k8s.io/v1', command: 'cat', args: [join(api.folder, 'pipe')] };
    await promisify(execFile)('mkfifo', [join(api.folder, 'pipe')]);
    const asking = cluster(api.kubeconfig({ user: { exec } }), short).list(pods);

    expect(await refusal(asking)).toMatchObject({ code: 'late' });

    writeFileSync(join(api.folder, 'pipe'), '');
  });

  it('is reached again once the configuration is mended', async () => {
    const path = join(api.folder, 'later');
    const mended = cluster(path);
    expect(await refusal(mended.list(pods))).toMatchObject({ code: 'absent' });
    api.answers = json(200, { items: [] });

    writeFileSync(path, readFileSync(api.kubeconfig()));

    expect(await mended.list(pods)).toEqual({ rows: [], isCut: false });
  });
});

describe('a configuration that cannot be used', () => {
  it('is told some time after the start, although nobody has asked', async () => {
    jest.useFakeTimers({ doNotFake: ['setImmediate', 'nextTick', 'performance', 'queueMicrotask'] });
    const told = Promise.withResolvers<Error>();
    made.push(makeTargetCluster({ kubeconfig: join(api.folder, 'none') }, { lost: told.resolve }));

    jest.advanceTimersByTime(5_000);

    expect(await told.promise).toMatchObject({ message: 'KUBECONFIG names no file that is there' });
  });
});

describe('what proves who asks', () => {
  it('goes to the cluster and into no error', async () => {
    api.answers = status(403, 'Forbidden', 'no');
    const list = await refusal(cluster().list(pods));
    const ran = await refusal(cluster().exec({ namespace: 'a', pod: 'b', command: ['true'] }));

    expect(api.tokens).toEqual([`Bearer ${token}`, `Bearer ${token}`]);
    for (const error of [list, ran]) expect(JSON.stringify(everythingOf(error))).not.toContain(token);
  });
});

/** With what no log leaves out: the stack, and causes of causes. */
function everythingOf(error: unknown): unknown {
  if (typeof error !== 'object' || error === null) return error;
  const names = Object.getOwnPropertyNames(error);
  return names.map((name) => everythingOf(Object.getOwnPropertyDescriptor(error, name)?.value));
}
