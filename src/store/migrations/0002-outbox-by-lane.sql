-- Each lane's worker looks at its own rows alone: pages must not read past a storm of posts.
create index outbox_of_lane on outbox (lane) where state = 'waiting';
