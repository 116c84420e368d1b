-- What the unique indexes of indexes.sql are. Until then, a rebuild is not complete.
alter table events add primary key using index events_pkey;
alter table calls add primary key using index calls_pkey;
alter table call_queues add primary key using index call_queues_pkey;
alter table call_agents add primary key using index call_agents_pkey;
