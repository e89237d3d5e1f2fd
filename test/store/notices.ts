/** Which notifications a piece of work sends, in a database of its own. */
import pg from 'pg';

/** Everything notified while `work` runs, on duties and outbox; a mark at the end says that all has arrived. */
export async function noticesOf(url: string, work: () => Promise<unknown>): Promise<string[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const heard: string[] = [];
  const marked = new Promise<void>((resolve) => {
    client.on('notification', ({ channel }) => (channel === 'mark' ? resolve() : heard.push(channel)));
  });
  await client.query('listen duties; listen outbox; listen mark');
  await work();
  await client.query('notify mark');
  await marked;
  await client.end();
  return heard;
}
