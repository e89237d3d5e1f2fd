/** Slack's errors as ours: which code can be helped by trying again, and what to say. */
import { WebAPIHTTPError, WebAPIPlatformError, WebAPIRateLimitedError, WebAPIRequestError } from '@slack/web-api';
import { SendFailed } from '../errors.ts';
import { isTokenFault } from './calls.ts';
import { TooLate } from './limit.ts';

/** The request itself is wrong or not allowed: the same again would end the same. Every other code may pass with time. */
const final = {
  as_user_not_supported: 'the request is not allowed',
  cant_invite: 'the person cannot be invited',
  cant_update_message: 'the message belongs to somebody else',
  channel_not_found: 'the channel does not exist for the app',
  duplicate_channel_not_found: 'the channel does not exist for the app',
  ekm_access_denied: 'an administrator has stopped messages',
  invalid_arguments: 'Slack does not understand the request',
  invalid_blocks: 'Slack does not accept the message',
  invalid_blocks_format: 'Slack does not accept the message',
  invalid_name: 'the channel name is not allowed',
  invalid_name_maxlength: 'the channel name is too long',
  invalid_name_punctuation: 'the channel name is not allowed',
  invalid_name_required: 'the channel has no name',
  invalid_name_specials: 'the channel name is not allowed',
  invalid_metadata_format: 'Slack does not accept the message',
  is_archived: 'the channel is archived',
  is_inactive: 'the channel is archived',
  message_not_found: 'the message is gone',
  messages_tab_disabled: 'the app may not write direct messages',
  method_not_supported_for_channel_type: 'the channel is of another kind',
  missing_scope: 'the app lacks a permission',
  metadata_too_large: 'the message is too long',
  msg_blocks_too_long: 'the message is too long',
  msg_too_long: 'the message is too long',
  no_permission: 'the app lacks a permission',
  no_text: 'the message is empty',
  not_allowed_token_type: 'the token is of another kind',
  not_in_channel: 'the app is not in the channel',
  restricted_action: 'the workspace does not allow it',
  team_access_not_granted: 'the app is not allowed in this workspace',
  thread_not_found: 'the thread is gone',
  too_long: 'the text is too long',
  unknown_method: 'Slack does not know the method',
  user_disabled: 'the person has left',
  user_not_found: 'the person is not known',
  user_not_visible: 'the person is not visible to the app',
} as const satisfies Record<string, string>;

const finalReasons = new Map<string, string>(Object.entries(final));

/** What went wrong, by Slack's own word where it said one. */
export function codeOf(error: unknown): string {
  if (error instanceof WebAPIPlatformError) return error.data.error;
  if (error instanceof WebAPIRateLimitedError) return 'ratelimited';
  if (error instanceof WebAPIHTTPError) return `http-${error.statusCode}`;
  if (error instanceof WebAPIRequestError || error instanceof TooLate) return 'unreachable';
  return 'unexpected';
}

/** `what` names the thing that was not done: "The message was not posted". */
export function sendFailed(what: string, error: unknown): SendFailed {
  if (error instanceof SendFailed) return error;
  const code = codeOf(error);
  if (error instanceof WebAPIRateLimitedError)
    return new SendFailed(code, `${what} yet: Slack asks to wait ${error.retryAfter} s.`, {
      retry: 'later',
      afterMs: error.retryAfter * 1_000,
      cause: error,
    });
  // whoever renews the token wants the posts that waited
  if (isTokenFault(code))
    return new SendFailed(code, `${what} yet: Slack refuses the bot token (${code}).`, {
      retry: 'when-mended',
      cause: error,
    });
  const reason = finalReasons.get(code);
  if (reason !== undefined)
    return new SendFailed(code, `${what}: ${reason} (${code}).`, { retry: 'never', cause: error });
  return new SendFailed(code, `${what} yet: ${passing(code)}.`, { retry: 'later', cause: error });
}

function passing(code: string): string {
  if (code === 'unreachable') return 'Slack did not answer, so it may have been done';
  return `Slack could not do it now (${code})`;
}
