-- Appointments: which times are free, and taking one. What must hold when two callers want the same time is a constraint here, not code.

create table public.appointments (
  id uuid primary key default gen_random_uuid(),
  clinic_id uuid not null references public.clinics,
  patient_id uuid not null,
  practitioner_id uuid not null,
  service_id uuid not null,
  starts_at timestamptz not null,
  ends_at timestamptz not null,
  during tstzrange not null generated always as (tstzrange(starts_at, ends_at, '[)')) stored,
  status text not null default 'booked' check (status in ('booked', 'cancelled')),
  call_id uuid references public.calls,
  request_id text check (length(request_id) between 1 and 200),
  created_at timestamptz not null default now(),
  check (ends_at > starts_at),
  -- The clinic is part of each key, so that no row can join two clinics.
  foreign key (patient_id, clinic_id) references public.patients (id, clinic_id),
  foreign key (practitioner_id, clinic_id) references public.practitioners (id, clinic_id),
  foreign key (service_id, clinic_id) references public.services (id, clinic_id),
  constraint appointments_once_per_request unique (call_id, request_id),
  constraint appointments_apart exclude using gist (practitioner_id with =, during with &&) where (status = 'booked')
);
create index appointments_clinic on public.appointments (clinic_id, starts_at);
create index appointments_patient on public.appointments (patient_id, starts_at);
create index appointments_practitioner on public.appointments (practitioner_id, starts_at);
create index appointments_service on public.appointments (service_id);

create function public.clinic_open_spans(p_clinic_id uuid, p_from date, p_to date)
returns table (day date, opens_at timestamptz, closes_at timestamptz)
language sql stable set search_path = '' as $$
  select d.day, (d.day + s.opens) at time zone c.time_zone, (d.day + s.closes) at time zone c.time_zone
  from public.clinics c
  cross join lateral (select p_from + n as day from generate_series(0, p_to - p_from) n) d
  cross join lateral (
    select k.opens, k.closes from public.clinic_closures k
    where k.clinic_id = c.id and d.day between k.from_date and k.to_date and k.opens is not null
    union all
    select h.opens, h.closes from public.clinic_hours h
    where h.clinic_id = c.id and h.weekday = extract(isodow from d.day) and not exists (
      select from public.clinic_closures k
      where k.clinic_id = c.id and d.day between k.from_date and k.to_date and k.opens is not null)
  ) s
  where c.id = p_clinic_id and not exists (
    select from public.clinic_closures k
    where k.clinic_id = c.id and d.day between k.from_date and k.to_date and k.opens is null)
  order by 2
$$;
comment on function public.clinic_open_spans(uuid, date, date) is
  'When the clinic is open from one local day to another (both included): weekly hours, special days instead of them, minus closures, as instants in order.';

create function public.find_free_slots(
  p_clinic_id uuid, p_service_id uuid, p_from timestamptz, p_to timestamptz, p_practitioner_id uuid default null,
  p_now timestamptz default now(), p_limit int default 100
) returns table (practitioner_id uuid, practitioner_name text, starts_at timestamptz, ends_at timestamptz)
language plpgsql stable set search_path = '' as $$
#variable_conflict use_column
declare
  v_clinic public.clinics;
  v_duration interval;
  v_step interval;
  v_from timestamptz;
  v_to timestamptz;
  v_day date;
  v_left int := least(greatest(coalesce(p_limit, 100), 1), 500);
  v_found int;
begin
  p_now := coalesce(p_now, now());
  select * into v_clinic from public.clinics c where c.id = p_clinic_id;
  select make_interval(mins => s.duration_minutes) into v_duration from public.services s
  where s.id = p_service_id and s.clinic_id = p_clinic_id and s.active;
  if v_duration is null then
    return;
  end if;
  v_step := make_interval(mins => v_clinic.slot_step_minutes);
  v_from := greatest(p_from, p_now + make_interval(mins => v_clinic.lead_time_minutes));
  v_to := least(
    p_to, v_from + interval '62 days',
    ((p_now at time zone v_clinic.time_zone)::date + v_clinic.max_days_ahead + 1)::timestamp at time zone v_clinic.time_zone);
  v_day := (v_from at time zone v_clinic.time_zone)::date;
  -- Day by day: a caller is offered the first few, and the rest of two months need not be worked out for that.
  while v_left > 0 and v_day <= (v_to at time zone v_clinic.time_zone)::date loop
    return query
      select p.id, p.name, t.starts_at, t.starts_at + v_duration
      from public.clinic_open_spans(p_clinic_id, v_day, v_day) o
      -- Steps of elapsed time, not of the wall clock: right on the days when the clocks change.
      cross join lateral generate_series(o.opens_at, o.closes_at - v_duration, v_step) t(starts_at)
      cross join public.practitioners p
      join public.practitioner_services ps on ps.practitioner_id = p.id and ps.service_id = p_service_id
      where p.clinic_id = p_clinic_id and p.active
        and (p_practitioner_id is null or p.id = p_practitioner_id)
        and t.starts_at >= v_from and t.starts_at < v_to
        and not exists (
          select from public.appointments a
          where a.practitioner_id = p.id and a.status = 'booked'
            and a.during && tstzrange(t.starts_at, t.starts_at + v_duration))
      order by t.starts_at, p.name
      limit v_left;
    get diagnostics v_found = row_count;
    v_left := v_left - v_found;
    v_day := v_day + 1;
  end loop;
end $$;
comment on function public.find_free_slots(uuid, uuid, timestamptz, timestamptz, uuid, timestamptz, int) is
  'Free times for a service that start in [p_from, p_to), earliest first, on the clinic''s steps from opening; not before p_now plus the lead time, not after max_days_ahead. Looks at 62 days and gives 500 rows at most. Empty for a service the clinic does not offer.';

create function public.appointment_receipt(p_appointment_id uuid, p_created boolean) returns jsonb
language sql stable set search_path = '' as $$
  select jsonb_build_object(
    'appointment_id', a.id, 'created', p_created, 'status', a.status, 'starts_at', a.starts_at, 'ends_at', a.ends_at,
    'practitioner', p.name, 'practitioner_id', p.id, 'service', s.name, 'service_id', s.id,
    'patient_id', t.id, 'patient_name', t.full_name)
  from public.appointments a
  join public.practitioners p on p.id = a.practitioner_id
  join public.services s on s.id = a.service_id
  join public.patients t on t.id = a.patient_id
  where a.id = p_appointment_id
$$;
comment on function public.appointment_receipt(uuid, boolean) is
  'What is read back to a caller about an appointment, as it is stored.';

create function public.appointment_slot_problem(
  p_clinic_id uuid, p_practitioner_id uuid, p_service_id uuid, p_starts_at timestamptz, p_now timestamptz
) returns text
language plpgsql stable set search_path = '' as $$
declare
  v_clinic public.clinics;
  v_day date;
  v_minutes int;
begin
  select * into v_clinic from public.clinics c where c.id = p_clinic_id;
  select s.duration_minutes into v_minutes
  from public.practitioner_services ps
  join public.practitioners p on p.id = ps.practitioner_id and p.clinic_id = p_clinic_id and p.active
  join public.services s on s.id = ps.service_id and s.clinic_id = p_clinic_id and s.active
  where p.id = p_practitioner_id and s.id = p_service_id;
  if v_minutes is null then
    return 'not_offered';
  elsif p_starts_at is null or p_starts_at < p_now + make_interval(mins => v_clinic.lead_time_minutes) then
    return 'too_soon';
  end if;
  v_day := (p_starts_at at time zone v_clinic.time_zone)::date;
  if v_day > (p_now at time zone v_clinic.time_zone)::date + v_clinic.max_days_ahead then
    return 'too_far';
  elsif p_starts_at <> date_trunc('minute', p_starts_at) or not exists (
    select from public.clinic_open_spans(p_clinic_id, v_day, v_day) o
    where o.opens_at <= p_starts_at and o.closes_at >= p_starts_at + make_interval(mins => v_minutes)
  ) then
    return 'outside_hours';
  end if;
  return null;
end $$;
comment on function public.appointment_slot_problem(uuid, uuid, uuid, timestamptz, timestamptz) is
  'Why nobody can have this time, whether or not it is taken: not_offered, too_soon, too_far or outside_hours; null when it can be booked.';

create function public.book_appointment(
  p_call_id uuid, p_request_id text, p_clinic_id uuid, p_practitioner_id uuid, p_service_id uuid, p_starts_at timestamptz,
  p_patient_name text, p_patient_phone text, p_now timestamptz default now()
) returns jsonb
language plpgsql set search_path = '' as $$
declare
  v_name text := btrim(p_patient_name);
  v_phone text := nullif(btrim(p_patient_phone), '');
  v_problem text;
  v_call_clinic uuid;
  v_id uuid;
  v_patient uuid;
begin
  -- One booking of a practitioner at a time: two inserts that meet in an exclusion constraint wait for each other until one is shot.
  perform from public.practitioners p where p.id = p_practitioner_id for no key update;
  select a.id into v_id from public.appointments a where a.call_id = p_call_id and a.request_id = p_request_id;
  if found then
    return public.appointment_receipt(v_id, false);
  end if;

  if v_name is null or length(v_name) not between 1 and 120 or v_name ~ '[[:cntrl:]]' then
    raise exception using errcode = 'PT422', message = 'name_invalid', hint = 'Give 1 to 120 printable characters.';
  elsif v_phone !~ '^\+[1-9][0-9]{6,14}$' then
    raise exception using errcode = 'PT422', message = 'phone_invalid', hint = 'Give the number in E.164, or none.';
  end if;
  if p_call_id is not null then
    select c.clinic_id into v_call_clinic from public.calls c where c.id = p_call_id;
    if not found then
      raise exception using errcode = 'PT404', message = 'call_unknown', hint = 'Open the call first.';
    end if;
  end if;
  v_problem := case when v_call_clinic <> p_clinic_id then 'other_clinic'
    else public.appointment_slot_problem(p_clinic_id, p_practitioner_id, p_service_id, p_starts_at, coalesce(p_now, now())) end;
  if v_problem is not null then
    raise exception using errcode = 'PT422', message = 'slot_invalid', detail = v_problem,
      hint = 'Offer a time that find_free_slots returned.';
  end if;

  insert into public.patients (clinic_id, full_name, phone) values (p_clinic_id, v_name, v_phone)
  on conflict (clinic_id, phone, lower(full_name)) where phone is not null do nothing
  returning id into v_patient;
  if v_patient is null then
    select t.id into v_patient from public.patients t
    where t.clinic_id = p_clinic_id and t.phone = v_phone and lower(t.full_name) = lower(v_name);
  end if;
  begin
    insert into public.appointments
      (clinic_id, patient_id, practitioner_id, service_id, starts_at, ends_at, call_id, request_id)
    select p_clinic_id, v_patient, p_practitioner_id, s.id, p_starts_at,
      p_starts_at + make_interval(mins => s.duration_minutes), p_call_id, p_request_id
    from public.services s where s.id = p_service_id
    returning id into v_id;
    return public.appointment_receipt(v_id, true);
  exception
    when exclusion_violation then
      raise exception using errcode = 'PT409', message = 'slot_taken', hint = 'Offer another time.';
    when unique_violation then
      -- The same request came twice at once, for two practitioners: the lock above did not order them.
      select a.id into strict v_id from public.appointments a where a.call_id = p_call_id and a.request_id = p_request_id;
      return public.appointment_receipt(v_id, false);
  end;
end $$;
comment on function public.book_appointment(uuid, text, uuid, uuid, uuid, timestamptz, text, text, timestamptz) is
  'Books, and returns the receipt. Idempotent by call and request: asked again it gives the first answer with created false. Raises PT409 slot_taken; PT422 slot_invalid (detail: not_offered, too_soon, too_far, outside_hours, other_clinic), name_invalid, phone_invalid; PT404 call_unknown.';

alter table public.appointments enable row level security;
create policy own_clinic on public.appointments for select to authenticated
  using (clinic_id = (select public.auth_clinic_id()));
revoke all on public.appointments from public, anon, authenticated;
grant select on public.appointments to authenticated;
grant all on public.appointments to service_role;

revoke execute on function public.clinic_open_spans(uuid, date, date),
  public.find_free_slots(uuid, uuid, timestamptz, timestamptz, uuid, timestamptz, int),
  public.appointment_receipt(uuid, boolean),
  public.appointment_slot_problem(uuid, uuid, uuid, timestamptz, timestamptz),
  public.book_appointment(uuid, text, uuid, uuid, uuid, timestamptz, text, text, timestamptz) from public, anon, authenticated;
grant execute on function public.clinic_open_spans(uuid, date, date),
  public.find_free_slots(uuid, uuid, timestamptz, timestamptz, uuid, timestamptz, int),
  public.appointment_receipt(uuid, boolean),
  public.appointment_slot_problem(uuid, uuid, uuid, timestamptz, timestamptz),
  public.book_appointment(uuid, text, uuid, uuid, uuid, timestamptz, text, text, timestamptz) to service_role;

create or replace function public.schema_version() returns text
language sql immutable set search_path = '' as $$ select '20261121090200' $$;

notify pgrst, 'reload schema';
