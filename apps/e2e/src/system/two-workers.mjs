// Every ingest of these tests has two workers: processes that tests start inherit their environment.
process.env.INGEST_WORKERS = '2';
