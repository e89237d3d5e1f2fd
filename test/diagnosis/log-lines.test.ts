import { describe, expect, it } from '@jest/globals';
import { classOf, hostsIn, masked } from '../../src/diagnosis/log-lines.ts';
import { leaks } from './leaks.ts';

describe('a line', () => {
  it.each([
    ['connect ETIMEDOUT 10.0.0.1:443', 'timeout'],
    ['context deadline exceeded', 'timeout'],
    ['step 7 timed out after 30000 ms', 'timeout'],
    ['connect ECONNREFUSED 10.0.0.1:443', 'refused'],
    ['dial tcp 10.0.0.1:80: connect: connection refused', 'refused'],
    ['getaddrinfo ENOTFOUND billing.production.svc', 'dns'],
    ['getaddrinfo EAI_AGAIN api.partner.example', 'dns'],
    ['lookup billing on 10.96.0.10:53: i/o timeout: no such host', 'dns'],
    ['read ECONNRESET', 'reset'],
    ['write: broken pipe', 'reset'],
    ['ERROR: deadlock detected', 'deadlock'],
    ['failed to renew lease workflow-engine-leader', 'lease'],
    ['leader election lost', 'lease'],
    ['FATAL ERROR: JavaScript heap out of memory', 'out-of-memory'],
    ['HTTP 401 Unauthorized', 'auth'],
    ['password authentication failed for user "engine"', 'auth'],
  ])('%s is of class %s', (line, expected) => {
    expect(classOf(line)).toBe(expected);
  });

  it.each([
    'INFO retry succeeded after a request timed out',
    'INFO became leader, lease acquired',
    'INFO timeout=30s, retries=3',
    'INFO reconnected after connection reset',
    'INFO step done in 30 ms',
    'INFO 0 errors, 0 deadlocks',
  ])('%s is none of trouble', (line) => {
    expect(classOf(line)).toBeUndefined();
  });
});

describe('what is masked', () => {
  it.each([
    ['numbers', 'run 4711 took 20 ms', 'run # took # ms'],
    ['addresses', 'connect ECONNREFUSED 10.96.3.7:8080', 'connect ECONNREFUSED <address>'],
    ['ids', 'run 5f1c0c1e-1111-4222-8333-0123456789ab and deadbeef01', 'run <id> and <id>'],
    ['times', 'at 2026-03-02T04:00:00.123Z', 'at <time>'],
    ['mail addresses', 'for jane.doe@example.com', 'for <mail>'],
    ['queries', 'GET /v1/x?token=abc&user=7 failed', 'GET /v#/x?<query> failed'],
  ])('are %s', (_name, line, expected) => {
    expect(masked(line)).toBe(expected);
  });

  it.each([
    ['Authorization: Bearer hush-hush-77'],
    ['password=hush-hush-77;'],
    ['{"api_key": "hush-hush-77"}'],
    ['postgres://engine:hush-hush-77@db/app timed out'],
    ['secret hush-hush-77'],
    ['token: "hush-hush-77"'],
  ])('is the secret in %s', (line) => {
    expect(masked(line)).not.toContain('hush');
  });

  it.each(leaks.map((leak) => [leak.line, leak] as const))(
    'is all that a report would redact in %j',
    (line, { secrets }) => {
      for (const secret of secrets) expect(masked(line)).not.toContain(secret);
    },
  );

  it('makes one of two lines that say the same, and is short and on one line', () => {
    expect(masked('run 1 failed')).toBe(masked('run 22 failed'));
    expect(masked(`a\nb ${'x'.repeat(1_000)}`).length).toBeLessThanOrEqual(200);
    expect(masked('a\nb')).toBe('a b');
  });
});

describe('hosts', () => {
  it.each([
    ['of a URL', 'request to http://billing:8080/invoices failed', [['billing', 8080]]],
    [
      'behind credentials, without them',
      'GET https://user:pass@api.partner.example/v1',
      [['api.partner.example', undefined]],
    ],
    [
      'of the cluster',
      'dial tcp: lookup billing.shop.svc.cluster.local: no such host',
      [['billing.shop.svc.cluster.local', undefined]],
    ],
    ['that do not resolve', 'getaddrinfo ENOTFOUND billing', [['billing', undefined]]],
    ['with a port', 'connecting to billing:9000 failed', [['billing', 9000]]],
    ['with a dot', 'call to api.partner.example failed', [['api.partner.example', undefined]]],
  ])('are found %s', (_name, line, expected) => {
    expect(hostsIn(line).map(({ name, port }) => [name, port])).toEqual(expected);
  });

  it.each([
    'failed to connect to database',
    'lookup failed',
    'connect ECONNREFUSED 10.0.0.1:8080',
    'at Object.run (engine.js:12:40)',
    'java.net.SocketTimeoutException: timed out',
    'http://localhost:3000/health',
    'version 1.2.3 of workflow.yaml',
  ])('are none in %s', (line) => {
    expect(hostsIn(line)).toEqual([]);
  });
});
