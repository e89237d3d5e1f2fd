import { afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { makeTargetCluster, type TargetCluster } from '../../../src/clients/kubernetes/cluster.ts';
import { type Api, startApi, type Upgrading } from './api.ts';

let api: Api;
let cluster: TargetCluster;
const short = { readMs: 1_000, execMs: 1_000 };

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

const asked = {
  namespace: 'production',
  pod: 'postgres-0',
  container: 'postgres',
  command: ['psql', '-c', 'select 1; & #'],
};
const failure = (reason: string, message: string, code?: string): string =>
  JSON.stringify({
    status: 'Failure',
    reason,
    message,
    details: { causes: code === undefined ? [] : [{ reason: 'ExitCode', message: code }] },
  });
const success = JSON.stringify({ metadata: {}, status: 'Success' });

describe('a command', () => {
  it('is words, without terminal and input, and its two outputs come apart', async () => {
    api.runs = (channels) => {
      channels.say(1, 'one');
      channels.say(2, 'odd');
      channels.say(1, ' two');
      channels.say(3, success);
    };

    expect(await cluster.exec(asked)).toEqual({ exitCode: 0, stdout: 'one two', stderr: 'odd' });
    expect(api.asked).toEqual([
      'GET /api/v1/namespaces/production/pods/postgres-0/exec?stdout=true&stderr=true&stdin=false&tty=false' +
        '&container=postgres&command=psql&command=-c&command=select+1%3B+%26+%23',
    ]);
  });

  it('whose connection says nothing at all in a frame was not seen, and the bot goes on', async () => {
    api.runs = (channels) => channels.sayNothing();

    await expect(cluster.exec(asked)).rejects.toMatchObject({ name: 'CannotSee' });

    api.runs = (channels) => {
      channels.say(1, 'one');
      channels.say(3, success);
    };
    expect(await cluster.exec(asked)).toMatchObject({ stdout: 'one' });
  });

  it('that fails has its exit code', async () => {
    api.runs = (channels) => {
      channels.say(2, 'no such table');
      channels.say(3, failure('NonZeroExitCode', 'command terminated with exit code 2', '2'));
    };

    expect(await cluster.exec(asked)).toEqual({ exitCode: 2, stdout: '', stderr: 'no such table' });
  });

  it('may say a letter in two parts', async () => {
    const letter = Buffer.from('ä');
    api.runs = (channels) => {
      channels.say(1, letter.subarray(0, 1));
      channels.say(1, letter.subarray(1));
      channels.say(3, success);
    };

    expect((await cluster.exec(asked)).stdout).toBe('ä');
  });

  it('outlives a channel that the server closes, and the output of the bot does too', async () => {
    api.runs = (channels) => {
      channels.say(255, Buffer.from([1]));
      channels.say(1, 'still there');
      channels.say(3, success);
    };

    expect((await cluster.exec(asked)).stdout).toBe('still there');
    expect(process.stdout.writableEnded).toBe(false);
  });
});

describe('a command without a known end was not seen', () => {
  const ends: [string, Upgrading, string, string][] = [
    [
      'when there is none',
      (channels) => channels.say(3, failure('InternalError', 'exec: "psql": executable file not found in $PATH')),
      'absent',
      'the container has no such command',
    ],
    [
      'when it could not be run',
      (channels) => channels.say(3, failure('InternalError', 'container not running')),
      'unreadable',
      'the command did not run, or did not end as commands do: container not running',
    ],
    [
      'when its status is no status',
      (channels) => channels.say(3, 'done'),
      'unreadable',
      'how the command ended was not understood',
    ],
    [
      'when the server closes',
      (channels) => {
        channels.say(1, 'half');
        channels.close();
      },
      'unreachable',
      'the connection broke before the command had ended',
    ],
    [
      'when the connection breaks',
      (channels) => channels.reset(),
      'unreachable',
      'the connection broke before the command had ended',
    ],
    [
      'when it says more than is read',
      (channels) => {
        channels.say(1, Buffer.alloc(600_000));
        channels.say(1, Buffer.alloc(600_000));
        channels.say(3, success);
      },
      'unreadable',
      'the command said more than the 1 MB that are read',
    ],
  ];

  it.each(ends)('%s', async (_name, runs, code, message) => {
    api.runs = runs;

    await expect(cluster.exec(asked)).rejects.toMatchObject({ code, message });
  });

  it('when it does not end, and its connection is not left open', async () => {
    const dropped = Promise.withResolvers<void>();
    api.runs = (_channels, { socket }) => void socket.on('close', () => dropped.resolve());
    const hurried = makeTargetCluster({ kubeconfig: api.kubeconfig() }, { limits: short });

    await expect(hurried.exec(asked)).rejects.toMatchObject({ code: 'late', message: 'no answer within 1 s' });

    await dropped.promise;
    await hurried.end();
  });

  it('when it may not be run, and the grant is named with both verbs', async () => {
    await expect(cluster.exec(asked)).rejects.toMatchObject({
      code: 'forbidden',
      message:
        'the bot may not get and create pods/exec in production: grant `get` and `create` on `pods/exec` to its account',
      grant: 'get and create pods/exec in production',
    });
  });

  it('when nothing is there', async () => {
    const lost = makeTargetCluster({ kubeconfig: api.kubeconfig({ server: 'https://127.0.0.1:1' }) });

    await expect(lost.exec(asked)).rejects.toMatchObject({
      code: 'unreachable',
      message: 'nothing listens at the address of the cluster',
    });
    await lost.end();
  });
});
