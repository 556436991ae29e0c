-- Makes the roles and the database of one service; run as superuser with psql, once for each of clue, pool, inspection
-- and notification. Run again it changes nothing, and it sets the passwords that are given.
--
--   psql -v name=clue -v owner_password=… -v app_password=… -f prepare.sql
--
-- <name>_owner migrates, <name>_app is what the service runs as, and <name>_engine is what it takes on (SET ROLE) for
-- work that it does on nobody's behalf: INHERIT FALSE keeps those rights away from requests of people.
-- Passwords: letters, digits and - . _ ~ only, since they become part of a URL.
\set ON_ERROR_STOP on
\set owner :name _owner
\set app :name _app
\set engine :name _engine

select format('create role %I login', role)
from unnest(array[:'owner', :'app']) as role
where not exists (select from pg_roles where rolname = role)
\gexec
select format('create role %I nologin', :'engine')
where not exists (select from pg_roles where rolname = :'engine')
\gexec
\if :{?owner_password}
alter role :"owner" password :'owner_password';
\endif
\if :{?app_password}
alter role :"app" password :'app_password';
\endif
grant :"engine" to :"app" with inherit false, set true;

select format('create database %I owner %I', :'name', :'owner')
where not exists (select from pg_database where datname = :'name')
\gexec

\connect :"name"
revoke all on database :"name" from public;
grant connect on database :"name" to :"owner", :"app";
alter schema public owner to :"owner";
revoke create on schema public from public;
grant usage on schema public to :"app", :"engine";
alter default privileges for role :"owner" grant select, insert, update, delete on tables to :"app";
alter default privileges for role :"owner" grant usage, select on sequences to :"app";
create extension if not exists btree_gist;
create extension if not exists pg_trgm;
