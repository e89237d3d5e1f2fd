-- Looks at the systems take longer than any send: in a lane of their own they hold up nothing that somebody waits for.
alter table outbox drop constraint outbox_lane_check;
alter table outbox add constraint outbox_lane_check check (lane in ('page', 'urgent', 'look', 'bulk'));

-- A report belongs to the look that made it, which may be carried out again, and has one message in the chat. `shared_at`:
-- since when its evidence may stand there as a file.
alter table reports add column look text unique;
alter table reports add column channel text;
alter table reports add column ts text;
alter table reports add column shared_at timestamptz;
create index reports_of_incident on reports (incident, id desc);
