-- What the unique indexes of indexes.sql are. Until then, a rebuild is not complete.
alter table events add primary key using index events_pkey;
alter table calls add primary key using index calls_pkey;
alter table visits add primary key using index visits_pkey;
alter table segments add primary key using index segments_pkey;
alter table agent_sessions add primary key using index agent_sessions_pkey;
