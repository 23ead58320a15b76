-- A clinic: its hours, its people, what they offer, and the answers it gives. One calendar, which everything else reads.
--
-- Rules for every migration here: row level security on each table; explicit grants (a hosted project gives new tables none, an older
-- one gives anon all of them, so both are said); functions are `security invoker` with an empty search_path; the last statement but one
-- re-creates schema_version().

create extension if not exists btree_gist with schema extensions;

create table public.clinics (
  id uuid primary key default gen_random_uuid(),
  slug text not null unique check (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$' and length(slug) <= 63),
  name text not null check (length(name) between 1 and 120),
  time_zone text not null,
  language text not null default 'en' check (language ~ '^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$'),
  country text not null check (country ~ '^[A-Z]{2}$'),
  staff_number text check (staff_number ~ '^\+[1-9][0-9]{6,14}$'),
  agent_name text not null default 'openhours',
  greeting text,
  emergency_line text,
  lead_time_minutes int not null default 60 check (lead_time_minutes between 0 and 43200),
  slot_step_minutes int not null default 30 check (slot_step_minutes between 5 and 240),
  max_days_ahead int not null default 60 check (max_days_ahead between 0 and 730),
  created_at timestamptz not null default now()
);
comment on column public.clinics.country is 'ISO 3166-1 alpha-2; how a number without a country code is read.';
comment on column public.clinics.staff_number is 'E.164; where a call goes when a person is wanted.';
comment on column public.clinics.emergency_line is 'What the caller is told in an emergency, as a sentence or a number.';

-- A constraint cannot look at pg_timezone_names, and a wrong zone would be noticed only when a call fails.
create function public.check_clinic_time_zone() returns trigger
language plpgsql set search_path = '' as $$
begin
  if not exists (select from pg_catalog.pg_timezone_names z where z.name = new.time_zone) then
    raise exception using errcode = 'PT422', message = 'time_zone_unknown',
      detail = format('%L is not an IANA time zone', new.time_zone), hint = 'Write it like Asia/Karachi.';
  end if;
  return new;
end $$;
comment on function public.check_clinic_time_zone() is 'Trigger: refuses a time zone that Postgres does not know (PT422 time_zone_unknown).';

create trigger clinics_time_zone before insert or update of time_zone on public.clinics
for each row execute function public.check_clinic_time_zone();

create table public.clinic_numbers (
  number text primary key check (number ~ '^\+[1-9][0-9]{6,14}$'),
  clinic_id uuid not null references public.clinics on delete cascade
);
comment on table public.clinic_numbers is 'The numbers callers dial, E.164.';
create index clinic_numbers_clinic on public.clinic_numbers (clinic_id);

create table public.clinic_hours (
  clinic_id uuid not null references public.clinics on delete cascade,
  weekday int not null check (weekday between 1 and 7),
  opens time not null,
  closes time not null,
  primary key (clinic_id, weekday, opens),
  check (closes > opens),
  -- The clinic's wall clock has no range type of its own: seconds since midnight are one.
  constraint clinic_hours_spans_apart exclude using gist (
    clinic_id with =,
    weekday with =,
    int4range(extract(epoch from opens)::int, extract(epoch from closes)::int) with &&
  )
);
comment on table public.clinic_hours is 'Opening spans by ISO weekday (1 is Monday), in the clinic''s own time; 24:00 is the end of a day.';

create table public.clinic_closures (
  id uuid primary key default gen_random_uuid(),
  clinic_id uuid not null references public.clinics on delete cascade,
  from_date date not null,
  to_date date not null,
  reason text,
  opens time,
  closes time,
  check (to_date >= from_date),
  check ((opens is null) = (closes is null)),
  check (closes > opens),
  constraint clinic_closures_special_spans_apart exclude using gist (
    clinic_id with =,
    daterange(from_date, to_date, '[]') with &&,
    int4range(extract(epoch from opens)::int, extract(epoch from closes)::int) with &&
  ) where (opens is not null)
);
comment on table public.clinic_closures is
  'Days (both ends included) the weekly hours do not hold: closed, or, with opens and closes, open at these hours instead. Closed wins.';
create index clinic_closures_clinic on public.clinic_closures (clinic_id, to_date);

create table public.practitioners (
  id uuid primary key default gen_random_uuid(),
  clinic_id uuid not null references public.clinics on delete cascade,
  name text not null check (length(name) between 1 and 120),
  title text,
  active boolean not null default true,
  unique (id, clinic_id)
);
create index practitioners_clinic on public.practitioners (clinic_id);

create table public.services (
  id uuid primary key default gen_random_uuid(),
  clinic_id uuid not null references public.clinics on delete cascade,
  slug text not null check (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$'),
  name text not null check (length(name) between 1 and 120),
  duration_minutes int not null check (duration_minutes between 5 and 480),
  aliases text[] not null default '{}',
  price numeric check (price >= 0),
  active boolean not null default true,
  unique (clinic_id, slug),
  unique (id, clinic_id)
);
comment on column public.services.aliases is 'Other words callers use for it.';

create table public.practitioner_services (
  practitioner_id uuid not null references public.practitioners on delete cascade,
  service_id uuid not null references public.services on delete cascade,
  primary key (practitioner_id, service_id)
);
create index practitioner_services_service on public.practitioner_services (service_id);

create table public.clinic_answers (
  id uuid primary key default gen_random_uuid(),
  clinic_id uuid not null references public.clinics on delete cascade,
  question text not null,
  answer text not null,
  keywords text[] not null default '{}'
);
create index clinic_answers_clinic on public.clinic_answers (clinic_id);

create function public.auth_clinic_id() returns uuid
language sql stable set search_path = '' as $$
  -- A claim that is no uuid means no clinic: a cast would turn it into an error on every row.
  select case when v.claim ~* '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' then v.claim::uuid end
  from (select nullif(current_setting('request.jwt.claims', true), '')::jsonb as claims) j,
  lateral (select coalesce(j.claims -> 'app_metadata' ->> 'clinic_id', j.claims ->> 'clinic_id') as claim) v
$$;
comment on function public.auth_clinic_id() is
  'The clinic of the signed-in user, from the token''s app_metadata.clinic_id or its top-level clinic_id; null when there is none. Users cannot write either.';

create function public.clinic_profile(p_clinic_id uuid) returns jsonb
language sql stable set search_path = '' as $$
  select jsonb_build_object(
    'id', c.id, 'slug', c.slug, 'name', c.name, 'time_zone', c.time_zone, 'language', c.language, 'country', c.country,
    'staff_number', c.staff_number, 'agent_name', c.agent_name, 'greeting', c.greeting, 'emergency_line', c.emergency_line,
    'lead_time_minutes', c.lead_time_minutes, 'slot_step_minutes', c.slot_step_minutes, 'max_days_ahead', c.max_days_ahead,
    'hours', (
      select coalesce(jsonb_agg(jsonb_build_object(
        'weekday', h.weekday, 'opens', to_char(h.opens, 'HH24:MI'), 'closes', to_char(h.closes, 'HH24:MI')
      ) order by h.weekday, h.opens), '[]')
      from public.clinic_hours h where h.clinic_id = c.id),
    'closures', (
      select coalesce(jsonb_agg(jsonb_build_object(
        'from', k.from_date, 'to', k.to_date, 'reason', k.reason,
        'opens', to_char(k.opens, 'HH24:MI'), 'closes', to_char(k.closes, 'HH24:MI')
      ) order by k.from_date, k.opens), '[]')
      from public.clinic_closures k where k.clinic_id = c.id),
    'practitioners', (
      select coalesce(jsonb_agg(jsonb_build_object(
        'id', p.id, 'name', p.name, 'title', p.title,
        'services', (
          select coalesce(jsonb_agg(s.id order by s.slug), '[]')
          from public.practitioner_services ps join public.services s on s.id = ps.service_id
          where ps.practitioner_id = p.id and s.active)
      ) order by p.name), '[]')
      from public.practitioners p where p.clinic_id = c.id and p.active),
    'services', (
      select coalesce(jsonb_agg(jsonb_build_object(
        'id', s.id, 'slug', s.slug, 'name', s.name, 'duration_minutes', s.duration_minutes,
        'aliases', s.aliases, 'price', s.price
      ) order by s.slug), '[]')
      from public.services s where s.clinic_id = c.id and s.active),
    'answers', (
      select coalesce(jsonb_agg(jsonb_build_object(
        'question', a.question, 'answer', a.answer, 'keywords', a.keywords
      ) order by a.question), '[]')
      from public.clinic_answers a where a.clinic_id = c.id))
  from public.clinics c where c.id = p_clinic_id
$$;
comment on function public.clinic_profile(uuid) is
  'Everything a call needs to know about a clinic, as one document; null when there is no such clinic. Times are HH:MM on the clinic''s clock.';

create function public.clinic_profiles(p_agent_name text, p_slug text default null) returns jsonb
language sql stable set search_path = '' as $$
  select coalesce(jsonb_agg(public.clinic_profile(c.id) order by c.slug), '[]')
  from public.clinics c
  where c.agent_name = p_agent_name and (p_slug is null or c.slug = p_slug)
$$;
comment on function public.clinic_profiles(text, text) is
  'The profiles of the clinics an agent name answers for, all or the one with this slug, as an array.';

alter table public.clinics enable row level security;
alter table public.clinic_numbers enable row level security;
alter table public.clinic_hours enable row level security;
alter table public.clinic_closures enable row level security;
alter table public.practitioners enable row level security;
alter table public.services enable row level security;
alter table public.practitioner_services enable row level security;
alter table public.clinic_answers enable row level security;

create policy own_clinic on public.clinics for select to authenticated
  using (id = (select public.auth_clinic_id()));
create policy own_clinic on public.clinic_numbers for select to authenticated
  using (clinic_id = (select public.auth_clinic_id()));
create policy own_clinic on public.clinic_hours for select to authenticated
  using (clinic_id = (select public.auth_clinic_id()));
create policy own_clinic on public.clinic_closures for select to authenticated
  using (clinic_id = (select public.auth_clinic_id()));
create policy own_clinic on public.practitioners for select to authenticated
  using (clinic_id = (select public.auth_clinic_id()));
create policy own_clinic on public.services for select to authenticated
  using (clinic_id = (select public.auth_clinic_id()));
create policy own_clinic on public.practitioner_services for select to authenticated
  using (practitioner_id in (select p.id from public.practitioners p where p.clinic_id = (select public.auth_clinic_id())));
create policy own_clinic on public.clinic_answers for select to authenticated
  using (clinic_id = (select public.auth_clinic_id()));

revoke all on public.clinics, public.clinic_numbers, public.clinic_hours, public.clinic_closures, public.practitioners,
  public.services, public.practitioner_services, public.clinic_answers from public, anon, authenticated;
grant select on public.clinics, public.clinic_numbers, public.clinic_hours, public.clinic_closures, public.practitioners,
  public.services, public.practitioner_services, public.clinic_answers to authenticated;
grant all on public.clinics, public.clinic_numbers, public.clinic_hours, public.clinic_closures, public.practitioners,
  public.services, public.practitioner_services, public.clinic_answers to service_role;

create function public.schema_version() returns text
language sql immutable set search_path = '' as $$ select '20261121090000' $$;
comment on function public.schema_version() is
  'The newest applied migration. A constant that each migration re-creates: the history table is not readable through the API.';

revoke execute on function public.check_clinic_time_zone(), public.auth_clinic_id(), public.clinic_profile(uuid),
  public.clinic_profiles(text, text), public.schema_version() from public, anon, authenticated;
grant execute on function public.auth_clinic_id() to authenticated, service_role;
grant execute on function public.clinic_profile(uuid), public.clinic_profiles(text, text), public.schema_version(),
  public.check_clinic_time_zone() to service_role;

notify pgrst, 'reload schema';
