-- What the roles of roles.sql may do with the projection in whatever schema is first on the search path; nothing for a
-- role that does not exist. Part of every projection, so that it is the same after a swap.
do $$
begin
  if to_regrole('callstream_projector') is not null then
    execute format('grant usage on schema %I to callstream_projector', current_schema());
    grant select, update on positions to callstream_projector;
    grant select, insert, update on events, calls, visits, segments, agents, agent_sessions to callstream_projector;
    -- With an event that comes late, a call or an agent may have fewer of them than before.
    grant delete on visits, segments, agent_sessions to callstream_projector;
    grant select, insert, delete on bucket_marks, visit_buckets, call_buckets, talk_buckets, agent_buckets to callstream_projector;
  end if;
  if to_regrole('callstream_gateway') is not null then
    execute format('grant usage on schema %I to callstream_gateway', current_schema());
    execute format('grant select on all tables in schema %I to callstream_gateway', current_schema());
  end if;
  if to_regrole('callstream_reporter') is not null then
    execute format('grant usage on schema %I to callstream_reporter', current_schema());
    execute format('grant select on all tables in schema %I to callstream_reporter', current_schema());
    revoke select on positions from callstream_reporter;
  end if;
end $$;
