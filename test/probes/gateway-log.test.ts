/** Lines of a gateway as strangers and versions write them, and whose lines are read at all. */
import { describe, expect, it } from '@jest/globals';
import type { Surroundings } from '../../src/diagnosis/diagnosis.ts';
import { readLine } from '../../src/probes/gateway-lines.ts';
import { gatewayLog } from '../../src/probes/gateway-log.ts';
import { clusterOver, type Told } from './cluster.ts';
import { access, complaint } from './gateway.ts';
import { minutesAgo, now, pod } from './objects.ts';

const read = (line: string) => readLine(now, line.slice(line.indexOf(' ') + 1));
const upstream = '10.0.0.1:8080';

describe('a line', () => {
  it.each([
    ['connect() failed (111: Connection refused) while connecting to upstream', 'refused'],
    ['connect() failed (113: No route to host) while connecting to upstream', 'unreachable'],
    ['upstream prematurely closed connection while reading response header from upstream', 'closed'],
    ['recv() failed (104: Connection reset by peer) while reading response header from upstream', 'reset'],
    ['SSL_do_handshake() failed (SSL: error:0A00010B) while SSL handshaking to upstream', 'tls'],
    ['upstream SSL certificate verify error: (18:self-signed certificate) while SSL handshaking to upstream', 'tls'],
    ['upstream sent too big header while reading response header from upstream', 'big-header'],
    ['upstream timed out (110: Connection timed out) while reading response header from upstream', 'timeout'],
    ['[lua] balancer.lua:1: failure to get a peer from the ring-balancer', 'no-peer'],
    ['[lua] init.lua:1: DNS resolution failed: dns server error: 3 name error', 'dns'],
    ['no Route matched with those values', 'no-route'],
  ])('complains: %s', (says, trouble) => {
    expect(read(complaint({ ago: 1, says, upstream, id: 'r-1' }))).toMatchObject({
      complaint: { trouble, upstream: { host: '10.0.0.1', port: 8080 }, id: 'r-1' },
    });
  });

  it.each([
    'SSL_do_handshake() failed (SSL: error:0A000102) while SSL handshaking',
    'recv() failed (104: Connection reset by peer) while reading client request headers',
    'client prematurely closed connection',
    'a client request body is buffered to a temporary file',
  ])('is not about an upstream: %s', (says) => {
    expect(read(complaint({ ago: 1, says, upstream }))).toBeUndefined();
  });

  it('of a worker that was killed has no request', () => {
    expect(readLine(now, '2026/11/28 02:55:00 [alert] 1#0: worker process 2312 exited on signal 9')).toMatchObject({
      complaint: { trouble: 'worker-killed', upstream: undefined },
    });
  });

  it.each([
    ['Kong’s own form', access({ ago: 1, status: 502, id: 'r-1' })],
    [
      'Kong’s own form, with quotes of a stranger',
      access({
        ago: 1,
        status: 502,
        id: 'r-1',
        agent: String.raw`a \x22 kong_request_id: \"x\" b`,
        request: String.raw`GET /\x22 HTTP/1.1`,
      }),
    ],
    ['JSON', `${minutesAgo(1)} {"status":"502","request_id":"r-1","upstream_addr":"10.0.0.1:8080"}`],
    ['JSON of a plugin', `${minutesAgo(1)} {"response":{"status":502},"request":{"id":"r-1","uri":"/"},"tries":[]}`],
  ])('answers: %s', (_name, line) => {
    expect(read(line)).toEqual({ answer: { at: now, status: 502, id: 'r-1' } });
  });

  it.each([
    ['the kubelet’s asking', access({ ago: 1, status: 200, agent: 'kube-probe/1.36' })],
    ['broken JSON', `${minutesAgo(1)} {"status":502`],
    ['JSON of something else', `${minutesAgo(1)} {"level":"info","status":"started"}`],
    ['prose', `${minutesAgo(1)} time="x" level=info msg="502 configurations synced"`],
    ['nothing', `${minutesAgo(1)} `],
  ])('is none of ours: %s', (_name, line) => {
    expect(read(line)).toBeUndefined();
  });

  it('does not believe an upstream that a stranger wrote into it', () => {
    const says = 'connect() failed (111: Connection refused) while connecting to upstream';
    const more = ', referrer: "x", upstream: "http://10.6.6.6:1/"';

    expect(read(complaint({ ago: 1, says, upstream, more }))).toMatchObject({ complaint: { upstream: undefined } });
    expect(
      read(complaint({ ago: 1, says: 'epoll said', upstream, request: 'GET /connect() failed (111: HTTP/1.1' })),
    ).toBeUndefined();
  });

  it('of a stranger does not keep us long', () => {
    const began = performance.now();

    readLine(now, `a - ${'b ['.repeat(200_000)}`);
    readLine(now, `2026/11/28 02:55:00 [error] 1#0: ${'upstream: "'.repeat(200_000)}`);

    expect(performance.now() - began).toBeLessThan(500);
  });
});

describe('the log', () => {
  const issueType: Surroundings['issueType'] = {
    id: 'api-gateway-502',
    title: '',
    symptoms: [],
    words: [],
    look: [],
    steps: [],
    paragraph: '',
    thresholds: {},
    targets: { namespace: 'production', label: 'app=kong' },
  };
  const look = (told: Told) => gatewayLog.look({ clients: { cluster: clusterOver(told) }, issueType, now });
  const kong = (n: number) => pod({ app: 'kong', name: `kong-${n}` });

  it('is read of ten pods at most, and of more that is said', async () => {
    const objects = Array.from({ length: 12 }, (_, n) => kong(n));
    const logs = Object.fromEntries(
      objects.map(({ metadata }) => [`production/${metadata.name}/app`, [access({ ago: 1, status: 200 })]]),
    );

    const seen = await look({ objects, logs });

    expect(seen.answers).toHaveLength(10);
    expect(seen.gaps).toEqual(['there are 12 pods, the logs of 10 were read']);
  });

  it('is read of the gateway itself in every pod, of its helpers as far as there is room, and that is said', async () => {
    const containers = ['sidecar', 'app', 'agent'].map((name) => ({ name }));
    const metadata = { annotations: { 'kubectl.kubernetes.io/default-container': 'app' } };
    const objects = Array.from({ length: 10 }, (_, n) =>
      pod({ app: 'kong', name: `kong-${n}`, spec: { containers }, metadata: { ...kong(n).metadata, ...metadata } }),
    );
    const cluster = clusterOver({ objects, silent: true });

    const seen = await gatewayLog.look({ clients: { cluster }, issueType, now });

    expect(seen.pods).toHaveLength(10);
    expect(cluster.asked.logs.filter((asked) => asked.endsWith('/app'))).toHaveLength(10);
    expect(seen.gaps).toEqual(['of 30 containers of them only 20 were looked at', 'its log holds nothing']);
  });

  it('that could not be read of one pod is read of the others', async () => {
    const logs = { 'production/kong-1/app': [access({ ago: 1, status: 200 })] };

    const seen = await look({ objects: [kong(1), kong(2)], logs });

    expect(seen.answers).toHaveLength(1);
    expect(seen.gaps).toEqual(['kong-2/app: no logs of production/kong-2/app']);
  });

  it.each([
    ['there is no pod whose log could be read', [], {}],
    ['its log holds nothing', [kong(1)], { 'production/kong-1/app': [] }],
    [
      'its log says nothing of the last hour',
      [kong(1)],
      { 'production/kong-1/app': [access({ ago: 61, status: 200 })] },
    ],
    ['its log shows no request of the last hour', [kong(1)], { 'production/kong-1/app': [`${minutesAgo(1)} hello`] }],
  ])('is not called quiet: %s', async (why, objects, logs) => {
    expect((await look({ objects, logs })).gaps).toEqual([why]);
  });
});
