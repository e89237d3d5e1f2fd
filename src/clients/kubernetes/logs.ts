/** The last lines of a container, never its stream. */
import { kinds, type LogAsked, type LogGap, type Logs } from '../../diagnosis/cluster.ts';
import type { Ask } from './ask.ts';
import { pathOfPod } from './names.ts';

const mostBytes = 256 * 1_024;
const mostTries = 4;

/**
 * The kubelet takes the last lines first and cuts the bytes then, from the front: what it leaves out is the newest. Fewer
 * lines are asked for until the newest is among them.
 */
export async function logs(ask: Ask, asked: LogAsked): Promise<Logs> {
  let { tailLines } = asked;
  for (let n = 1; ; n++) {
    const body = await read(ask, { ...asked, tailLines });
    const lines = body.split('\n').filter((line) => line !== '');
    const isShort = Buffer.byteLength(body) >= mostBytes;
    if (!isShort || n === mostTries || tailLines === 1) {
      const gap = gapOf({ isShort, read: tailLines, asked: asked.tailLines });
      return {
        lines: lines.slice(-tailLines),
        isCut: gap !== undefined || lines.length > tailLines,
        ...(gap && { gap }),
      };
    }
    tailLines = Math.max(1, Math.floor(Math.min(lines.length, tailLines) / 2));
  }
}

const kilobytes = mostBytes / 1_024;

function gapOf({ isShort, read, asked }: { isShort: boolean; read: number; asked: number }): LogGap | undefined {
  const why = 'its lines are so long that';
  if (isShort) return { of: 'newest', why: `${why} the newest is not among the ${kilobytes} KB that were read` };
  return read < asked ? { of: 'oldest', why: `${why} of ${asked} only the last ${read} were read` } : undefined;
}

/** One line more than asked for tells whether there was more. */
async function read(ask: Ask, { previous = false, tailLines, ...address }: LogAsked): Promise<string> {
  const query = new URLSearchParams({
    ...(address.container === undefined ? {} : { container: address.container }),
    tailLines: String(tailLines + 1),
    limitBytes: String(mostBytes),
    timestamps: 'true',
    ...(previous ? { previous: 'true' } : {}),
  });
  const { namespace, pod } = address;
  const purpose = { kind: kinds.pods, verbs: ['get'], subresource: 'log', namespace, pod } as const;
  // also of a server that takes no heed of the limit
  return (await ask(`${pathOfPod(address, 'log')}?${query.toString()}`, { purpose, mostBytes })).body;
}
