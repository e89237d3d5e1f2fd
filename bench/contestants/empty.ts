/** The floor of an acknowledgement: Bolt with our receiver's settings and a listener that does nothing, or inserts one row. */
import { App, HTTPReceiver } from '@slack/bolt';
import pg from 'pg';

const { DATABASE_URL, PORT, SLACK_SIGNING_SECRET = '' } = process.env;

const pool = DATABASE_URL === undefined ? undefined : new pg.Pool({ connectionString: DATABASE_URL, max: 10 });
await pool?.query('create table heard (id bigint generated always as identity primary key, body jsonb not null)');

const receiver = new HTTPReceiver({
  signingSecret: SLACK_SIGNING_SECRET,
  endpoints: '/slack/events',
  unhandledRequestTimeoutMillis: 2_500,
  customRoutes: [{ method: 'GET', path: '/readyz', handler: (_, response) => void response.end('ready') }],
});
const app = new App({
  receiver,
  authorize: async () => ({ botToken: 'xoxb-none', botId: 'B0', botUserId: 'U0' }),
  ignoreSelf: false,
  convoStore: false,
});
app.command('/incident', async ({ body, ack }) => {
  await pool?.query('insert into heard (body) values ($1)', [JSON.stringify(body)]);
  await ack();
});
await app.start(Number(PORT));
