-- Channels that the bot has opened in Slack for incidents that this database does not hold: it was restored from an older
-- copy. Their numbers are not given again.
create table strangers (
  channel text primary key,
  name    text not null,
  number  integer not null,
  seen_at timestamptz not null default clock_timestamp(),
  said_at timestamptz
);
