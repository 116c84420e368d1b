-- What callstream_delegator may do; nothing if the role does not exist. Not in projection/grants.sql: tables that were made
-- before the delegator existed stay current. Executed with a projection as the first schema on the search path.
do $$
declare
  relation text;
begin
  if to_regrole('callstream_delegator') is not null then
    execute format('grant usage on schema %I, callstream to callstream_delegator', current_schema());
    foreach relation in array array['calls', 'visits', 'segments', 'events'] loop
      if to_regclass(relation) is not null then
        execute format('grant select on %I to callstream_delegator', relation);
      end if;
    end loop;
    -- Missing if a rebuild of this version comes before its migration.
    if to_regclass('callstream.delegations') is not null then
      grant select, insert, update, delete on callstream.delegations to callstream_delegator;
    end if;
  end if;
end $$;
