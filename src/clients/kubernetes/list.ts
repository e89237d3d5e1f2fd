/** Lists, page by page: no page blocks the bot for long, and no more is kept than the caller makes of it. */
import { z } from 'zod';
import type { Kind, Listed, Listing } from '../../diagnosis/cluster.ts';
import { CannotSee } from '../../errors.ts';
import { inTurns, turn } from '../../turn.ts';
import type { Ask } from './ask.ts';
import { pathOfList } from './names.ts';
import type { Purpose } from './refusal.ts';

/** Of fat pods, 4 MB: what takes longest is read in one go, and holds up everything else for some 30 ms. */
const pageSize = 200;
const most = 20_000;
/** A page may be empty and yet not the last: but not for ever. */
const mostPages = (2 * most) / pageSize;

/** An aggregated API may answer `null` for no items, and all of them in one page. What has none at all is no list. */
const Page = z.object({
  items: z.array(z.unknown()).nullable(),
  metadata: z.object({ continue: z.string().optional() }).nullish(),
});

/** A list that has grown too old to be continued is begun once more; one that does so again changes too fast. */
export async function list<Row>(ask: Ask, listing: Listing<Row>): Promise<Listed<Row>> {
  return (await listedOnce(ask, listing)) ?? (await listedOnce(ask, listing)) ?? changing(listing.kind);
}

function changing({ plural }: Kind): never {
  throw new CannotSee('busy', `${plural} change faster than they can be listed`);
}

async function listedOnce<Row>(ask: Ask, listing: Listing<Row>): Promise<Listed<Row> | undefined> {
  const rows: Row[] = [];
  let token: string | undefined = '';
  for (let page = 0; token !== undefined && rows.length < most && page < mostPages; page += 1) {
    const answer = await ask(`${pathOfList(listing.kind, listing.namespace)}?${query(listing, token).toString()}`, {
      purpose: purposeOf(listing),
      // a first page has nothing to be too old for
      ...(token === '' ? {} : { alsoTakes: 410 }),
    });
    if (answer.status === 410) return undefined;
    const { rows: more, next } = await pageOf(answer.body, listing);
    for (const row of more) rows.push(row);
    token = next;
  }
  return { rows: rows.slice(0, most), isCut: token !== undefined || rows.length > most };
}

function query<Row>({ labels, fields }: Listing<Row>, token: string): URLSearchParams {
  const words = new URLSearchParams({ limit: String(pageSize) });
  if (labels) words.set('labelSelector', labels);
  if (fields) words.set('fieldSelector', fields);
  if (token) words.set('continue', token);
  return words;
}

function purposeOf<Row>({ kind, namespace }: Listing<Row>): Purpose {
  return { kind, verbs: ['list'], ...(namespace === undefined ? {} : { namespace }) };
}

async function pageOf<Row>(
  body: string,
  { kind, parse }: Listing<Row>,
): Promise<{ rows: Row[]; next: string | undefined }> {
  await turn();
  try {
    const { items, metadata } = Page.parse(JSON.parse(body));
    await turn();
    return { rows: await inTurns(items ?? [], parse), next: metadata?.continue || undefined };
  } catch (error) {
    throw new CannotSee('unreadable', `the list of ${kind.plural} was not understood${where(error)}`);
  }
}

/** Where it is not as expected, never what stands there. */
const where = (error: unknown): string =>
  error instanceof z.ZodError && error.issues[0] ? ` at ${error.issues[0].path.join('.')}` : '';
