import { once } from 'node:events';
import { createServer as createWebServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer, type Server, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { serviceOf, services } from '../../src/probes/engine-services.ts';
import { reach } from '../../src/probes/reach.ts';
import { clusterOver } from './cluster.ts';
import { around } from './patient.ts';

const running: { server: Server; sockets: Set<Socket> }[] = [];
afterEach(async () => {
  for (const { server, sockets } of running.splice(0)) {
    for (const socket of sockets) socket.destroy();
    await once(server.close(), 'close');
  }
});

async function listen(server: Server): Promise<number> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket) => {
    socket.on('error', () => {});
    sockets.add(socket);
  });
  running.push({ server, sockets });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const address = server.address();
  return typeof address === 'object' && address ? address.port : 0;
}
const web = (answer: (request: IncomingMessage, response: ServerResponse) => void): Promise<number> =>
  listen(createWebServer(answer));

const asked = (port: number, parts: { path?: string; isSecure?: boolean; host?: string } = {}) => ({
  host: parts.host ?? '127.0.0.1',
  port,
  isFromLog: false,
  http: { path: parts.path ?? '/', isSecure: parts.isSecure ?? false },
});

describe('a service', () => {
  it.each([200, 204, 302, 401, 500])(
    'that answers with %d is reached in three steps, each with its time',
    async (status) => {
      const seen: IncomingMessage[] = [];
      const port = await web((request, response) => {
        seen.push(request);
        response.writeHead(status, { location: 'http://127.0.0.1:1/' }).end();
      });

      const reached = await reach(asked(port, { path: '/health' }));

      expect(reached).toMatchObject({ status, service: `http://127.0.0.1:${port}/health` });
      expect(reached.steps.map(({ step }) => step)).toEqual(['DNS', 'TCP', 'HTTP']);
      expect(reached.failed).toBeUndefined();
      expect(seen.map(({ method, url }) => `${method} ${url}`)).toEqual(['GET /health']);
      expect(Object.keys(seen[0]?.headers ?? {}).toSorted()).toEqual(['connection', 'host', 'user-agent']);
    },
  );

  it('whose body never ends is reached all the same, and left', async () => {
    const port = await web((_request, response) => {
      response.writeHead(200).write('x'.repeat(100_000));
    });

    expect(await reach(asked(port))).toMatchObject({ status: 200 });
  });

  it('that refuses fails at TCP', async () => {
    expect(await reach(asked(1))).toMatchObject({
      failed: { step: 'TCP', why: 'the connection was refused (ECONNREFUSED)' },
    });
  });

  it('whose name is none fails at DNS', async () => {
    expect((await reach(asked(80, { host: 'no-such-host.invalid' }), 5_000)).failed?.step).toBe('DNS');
  });

  it('that accepts and says nothing fails at HTTP, within the limit of that step', async () => {
    const port = await listen(createServer());

    const { failed, steps } = await reach(asked(port), 150);

    expect(steps.map(({ step }) => step)).toEqual(['DNS', 'TCP']);
    expect(failed).toMatchObject({ step: 'HTTP', why: 'no answer within 0.15 s' });
  });

  it.each([
    ['hangs up', (socket: Socket): unknown => socket.destroy(), 'HTTP'],
    ['speaks another language', (socket: Socket): unknown => socket.end('220 smtp ready\r\n'), 'HTTP'],
  ] as const)('that %s fails at %s', async (_name, answer, step) => {
    const port = await listen(createServer((socket) => answer(socket)));

    expect((await reach(asked(port))).failed?.step).toBe(step);
  });

  it.each([
    ['speaks no TLS', (socket: Socket): unknown => socket.end('HTTP/1.1 200 OK\r\n\r\n')],
    ['hangs up', (socket: Socket): unknown => socket.destroy()],
    ['says nothing', (): unknown => undefined],
  ])('that %s fails at TLS', async (_name, answer) => {
    const port = await listen(createServer((socket) => answer(socket)));

    expect((await reach(asked(port, { isSecure: true }), 500)).failed?.step).toBe('TLS');
  });
});

describe('the services of the runbook', () => {
  const look = (targets: Record<string, string>, logs: string[] = []) => {
    const pod = {
      metadata: {
        name: 'wf-1',
        namespace: 'production',
        uid: 'u',
        labels: { app: 'workflow-engine' },
        creationTimestamp: new Date(),
      },
      spec: { containers: [{ name: 'engine' }] },
      status: { phase: 'Running', containerStatuses: [{ name: 'engine', ready: true, state: { running: {} } }] },
    };
    const cluster = clusterOver({ objects: { pods: [pod] }, logs: { 'wf-1': logs } });
    const surroundings = around(undefined, targets);
    return services.look({ ...surroundings, clients: { cluster } });
  };

  it('are asked without user, password and query', async () => {
    const seen: IncomingMessage[] = [];
    const port = await web((request, response) => {
      seen.push(request);
      response.end();
    });

    const { reached, gaps } = await look({
      services: ` http://jane:hush-hush@127.0.0.1:${port}/v1/x?token=hush-hush , `,
    });

    expect(reached).toMatchObject([{ service: `http://127.0.0.1:${port}/v1/x`, status: 200 }]);
    expect(seen.map(({ url, headers }) => [url, headers.authorization])).toEqual([['/v1/x', undefined]]);
    expect(JSON.stringify({ reached, gaps })).not.toContain('hush');
  });

  it.each([
    ['none', '', 'names no service'],
    ['one that is no URL', 'billing', 'no http(s) URL: "billing"'],
    ['a file', 'file:///etc/passwd', 'no http(s) URL'],
    ['a secret without a protocol', 'jane:hush@billing', 'no http(s) URL: "billing"'],
  ])('that are %s are said to be unasked', async (_name, list, gap) => {
    const { reached, gaps } = await look({ services: list });

    expect(reached).toEqual([]);
    expect(gaps).toEqual([expect.stringContaining(gap)]);
    expect(services.gaps?.({ reached, gaps })).toEqual(gaps);
  });

  it('and no host outside the cluster that a log names, whatever it says', async () => {
    const hits: unknown[] = [];
    const port = await listen(createServer((socket) => hits.push(socket)));
    const line = `${new Date().toISOString()} ERROR request to http://127.0.0.1:${port}/ and http://evil.example:${port}/ timed out`;

    const { reached } = await look({}, [line, line, line]);

    expect(reached).toEqual([]);
    expect(hits).toEqual([]);
  });

  it('are shown with the command that does the same', () => {
    const { issueType } = around(undefined, { services: `https://u:hush@api.example/v1/o'hara?x=1` });

    expect(services.repeat(issueType)).toBe(
      `curl -sS -o /dev/null -m 8 -w '%{http_code} %{time_total}\\n' 'https://api.example:443/v1/o%27hara'`,
    );
  });
});

it.each([
  ['billing', 'billing.production'],
  ['billing.production', 'billing.production'],
  ['billing.shop.svc', 'billing.shop'],
  ['billing.shop.svc.cluster.local', 'billing.shop'],
  ['billing.svc', 'billing.production'],
  ['billing.shop', undefined],
  ['api.partner.example', undefined],
  ['billing.shop.svc.example', undefined],
  ['10.0.0.1', undefined],
])('the host %s is the service %s', (name, expected) => {
  const found = serviceOf({ name }, 'production');

  expect(found && `${found.name}.${found.namespace}`).toBe(expected);
});
