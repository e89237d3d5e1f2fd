/** What Slack shows of incidents that the database may have lost, and the sentence about it. */
import type { Lookout } from '../engine/ports.ts';
import { ownChannels } from './channel.ts';
import type { Chatting } from './post.ts';
import { foreign, message, section } from './views/blocks.ts';

const mostNamed = 20;

export const makeLookout = ({ client, settings, log }: Pick<Chatting, 'client' | 'settings' | 'log'>): Lookout => ({
  async ownChannels() {
    const me = settings.me();
    if (me === undefined) throw new Error('Slack has not said yet who we are');
    return ownChannels(client, me);
  },
  async sayRestored(strangers) {
    const { incidentsChannel: channel } = settings;
    if (channel === undefined) return;
    const named = strangers.slice(0, mostNamed).map((one) => `<#${foreign(one.channel, 30)}>`);
    const more = strangers.length > mostNamed ? ` and ${strangers.length - mostNamed} more` : '';
    const last = Math.max(...strangers.map(({ number }) => number));
    const first = ':warning: Responder’s database is older than what Slack shows: was a backup restored?';
    const words = `It does not know the incidents of ${named.join(', ')}${more}: nothing is paged, reminded or answered there any more. What is still open has to be declared again. Numbers go on after #${last}.`;
    await client.chat.postMessage({
      channel,
      ...message(first, [section(`*${first}*`), section(words)]),
      unfurl_links: false,
      unfurl_media: false,
    });
    log.info({ channel }, 'a restored backup was announced');
  },
});
