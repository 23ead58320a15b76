-- Appointments of people who have said who they are: times are held while they are read back, booked, moved and cancelled.
--
-- Locks are taken in one order, so that nobody waits in a circle: practitioners by id, then the call, then the rest. The call's lock also
-- orders the requests of one call; so none of these functions may share the call (share_call) before it locks it.

alter table public.services
  add column buffer_minutes int not null default 0 check (buffer_minutes between 0 and 240),
  add column lead_time_minutes int check (lead_time_minutes between 0 and 43200);
comment on column public.services.buffer_minutes is 'Kept free after each appointment, for tidying up or notes. May go beyond closing time.';
comment on column public.services.lead_time_minutes is 'Null: the clinic''s.';

alter table public.appointments
  add column buffer_minutes int not null default 0 check (buffer_minutes between 0 and 240),
  add column moved_from uuid references public.appointments,
  add column cancelled_at timestamptz,
  add column cancelled_by_call uuid references public.calls,
  drop constraint appointments_apart;
-- A timestamptz plus an interval depends on the session's time zone, and a generated column must not: hence the way through UTC.
alter table public.appointments
  add column blocked tstzrange not null generated always as
    (tstzrange(starts_at, (ends_at at time zone 'UTC' + make_interval(mins => buffer_minutes)) at time zone 'UTC', '[)')) stored,
  add constraint appointments_apart exclude using gist (practitioner_id with =, blocked with &&) where (status = 'booked');
comment on column public.appointments.buffer_minutes is 'The service''s when it was booked.';
comment on column public.appointments.blocked is 'What nobody else can have: the appointment and its buffer.';
comment on column public.appointments.moved_from is 'The appointment this one took the place of; that one is cancelled.';
comment on column public.appointments.cancelled_by_call is 'The call that cancelled it, or moved it: then another row has it as moved_from.';
create index appointments_moved_from on public.appointments (moved_from) where moved_from is not null;
create index appointments_cancelled_by on public.appointments (cancelled_by_call) where cancelled_by_call is not null;

create table public.slot_holds (
  id uuid primary key default gen_random_uuid(),
  clinic_id uuid not null references public.clinics on delete cascade,
  call_id uuid not null references public.calls on delete cascade,
  practitioner_id uuid not null,
  service_id uuid not null,
  starts_at timestamptz not null,
  during tstzrange not null,
  held_at timestamptz not null,
  expires_at timestamptz not null,
  foreign key (practitioner_id, clinic_id) references public.practitioners (id, clinic_id) on delete cascade,
  foreign key (service_id, clinic_id) references public.services (id, clinic_id) on delete cascade,
  unique (call_id, practitioner_id, service_id, starts_at)
);
comment on table public.slot_holds is
  'Times kept for a call while they are confirmed. They are the call''s, whichever worker has it, and gone when it ends. An expired one counts for nothing.';
comment on column public.slot_holds.during is 'What the booking would block, buffer included.';
comment on column public.slot_holds.held_at is 'When it was first held: the lead time counts from here.';
create index slot_holds_clinic on public.slot_holds (clinic_id);
create index slot_holds_practitioner on public.slot_holds (practitioner_id, expires_at);
create index slot_holds_service on public.slot_holds (service_id);

create table public.waiting_list (
  id uuid primary key default gen_random_uuid(),
  clinic_id uuid not null references public.clinics,
  patient_id uuid not null,
  service_id uuid not null,
  practitioner_id uuid,
  from_date date not null,
  to_date date not null,
  part_of_day text not null default 'any' check (part_of_day in ('any', 'morning', 'afternoon', 'evening')),
  status text not null default 'open' check (status in ('open', 'offered', 'done', 'cancelled')),
  call_id uuid references public.calls,
  request_id text check (length(request_id) between 1 and 200),
  created_at timestamptz not null default now(),
  check (to_date >= from_date),
  foreign key (patient_id, clinic_id) references public.patients (id, clinic_id),
  foreign key (practitioner_id, clinic_id) references public.practitioners (id, clinic_id),
  foreign key (service_id, clinic_id) references public.services (id, clinic_id),
  constraint waiting_list_once_per_request unique (call_id, request_id)
);
comment on table public.waiting_list is 'Who wants a time that was not free, on days from from_date to to_date (both included, the clinic''s).';
comment on column public.waiting_list.call_id is 'The latest call that asked for it.';
create unique index waiting_list_once on public.waiting_list
  (patient_id, service_id, practitioner_id, from_date, to_date, part_of_day) nulls not distinct where (status = 'open');
create index waiting_list_clinic on public.waiting_list (clinic_id, status, from_date);
create index waiting_list_practitioner on public.waiting_list (practitioner_id);
create index waiting_list_service on public.waiting_list (service_id);

create function public.release_slot_holds() returns trigger
language plpgsql set search_path = '' as $$
begin
  delete from public.slot_holds h where h.call_id = new.id;
  return null;
end $$;
comment on function public.release_slot_holds() is 'Trigger: a call that ends keeps no times.';

create trigger calls_release_slot_holds after update of ended_at on public.calls
for each row when (new.ended_at is not null) execute function public.release_slot_holds();

drop function public.find_free_slots(uuid, uuid, timestamptz, timestamptz, uuid, timestamptz, int);
create function public.find_free_slots(
  p_clinic_id uuid, p_service_id uuid, p_from timestamptz, p_to timestamptz, p_practitioner_id uuid default null,
  p_now timestamptz default now(), p_limit int default 100, p_call_id uuid default null
) returns table (practitioner_id uuid, practitioner_name text, starts_at timestamptz, ends_at timestamptz)
language plpgsql stable set search_path = '' as $$
#variable_conflict use_column
declare
  v_clinic public.clinics;
  v_service public.services;
  v_duration interval;
  v_blocked interval;
  v_from timestamptz;
  v_to timestamptz;
  v_day date;
  v_around tstzrange;
  v_left int := least(greatest(coalesce(p_limit, 100), 1), 500);
  v_found int;
begin
  p_now := coalesce(p_now, now());
  select * into v_clinic from public.clinics c where c.id = p_clinic_id;
  select * into v_service from public.services s where s.id = p_service_id and s.clinic_id = p_clinic_id and s.active;
  if v_service.id is null then
    return;
  end if;
  v_duration := make_interval(mins => v_service.duration_minutes);
  v_blocked := v_duration + make_interval(mins => v_service.buffer_minutes);
  v_from := greatest(p_from, p_now + make_interval(mins => coalesce(v_service.lead_time_minutes, v_clinic.lead_time_minutes)));
  v_to := least(
    p_to, v_from + interval '62 days',
    ((p_now at time zone v_clinic.time_zone)::date + v_clinic.max_days_ahead + 1)::timestamp at time zone v_clinic.time_zone);
  v_day := (v_from at time zone v_clinic.time_zone)::date;
  -- Day by day: a caller is offered the first few, and the rest of two months need not be worked out for that.
  while v_left > 0 and v_day <= (v_to at time zone v_clinic.time_zone)::date loop
    -- A buffer may reach into the next day.
    v_around := tstzrange(v_day::timestamp at time zone v_clinic.time_zone, (v_day + 2)::timestamp at time zone v_clinic.time_zone);
    return query
      -- Looked up once a day: asking anew for each possible time took seconds where two months are full.
      with busy as materialized (
        select a.practitioner_id, a.blocked from public.practitioners p
        join public.appointments a on a.practitioner_id = p.id and a.status = 'booked' and a.blocked && v_around
        where p.clinic_id = p_clinic_id
        union all
        select h.practitioner_id, h.during from public.slot_holds h
        where h.clinic_id = p_clinic_id and h.call_id is distinct from p_call_id and h.expires_at > p_now and h.during && v_around
      )
      select p.id, p.name, t.starts_at, t.starts_at + v_duration
      from public.clinic_open_spans(p_clinic_id, v_day, v_day) o
      -- Steps of elapsed time, not of the wall clock: right on the days when the clocks change.
      cross join lateral generate_series(
        o.opens_at, o.closes_at - v_duration, make_interval(mins => v_clinic.slot_step_minutes)) t(starts_at)
      cross join public.practitioners p
      join public.practitioner_services ps on ps.practitioner_id = p.id and ps.service_id = p_service_id
      where p.clinic_id = p_clinic_id and p.active
        and (p_practitioner_id is null or p.id = p_practitioner_id)
        and t.starts_at >= v_from and t.starts_at < v_to
        and not exists (
          select from busy b
          where b.practitioner_id = p.id and b.blocked && tstzrange(t.starts_at, t.starts_at + v_blocked))
      order by t.starts_at, p.name
      limit v_left;
    get diagnostics v_found = row_count;
    v_left := v_left - v_found;
    v_day := v_day + 1;
  end loop;
end $$;
comment on function public.find_free_slots(uuid, uuid, timestamptz, timestamptz, uuid, timestamptz, int, uuid) is
  'Free times for a service that start in [p_from, p_to), earliest first, on the clinic''s steps from opening, clear of appointments, their buffers, and what calls other than p_call_id hold; not before p_now plus the lead time, not after max_days_ahead. Looks at 62 days and gives 500 rows at most. Empty for a service the clinic does not offer.';

create or replace function public.appointment_slot_problem(
  p_clinic_id uuid, p_practitioner_id uuid, p_service_id uuid, p_starts_at timestamptz, p_now timestamptz
) returns text
language plpgsql stable set search_path = '' as $$
declare
  v_clinic public.clinics;
  v_service public.services;
  v_day date;
begin
  select * into v_clinic from public.clinics c where c.id = p_clinic_id;
  select s.* into v_service
  from public.practitioner_services ps
  join public.practitioners p on p.id = ps.practitioner_id and p.clinic_id = p_clinic_id and p.active
  join public.services s on s.id = ps.service_id and s.clinic_id = p_clinic_id and s.active
  where p.id = p_practitioner_id and s.id = p_service_id;
  if v_service.id is null then
    return 'not_offered';
  elsif p_starts_at is null
    or p_starts_at < p_now + make_interval(mins => coalesce(v_service.lead_time_minutes, v_clinic.lead_time_minutes)) then
    return 'too_soon';
  end if;
  v_day := (p_starts_at at time zone v_clinic.time_zone)::date;
  if v_day > (p_now at time zone v_clinic.time_zone)::date + v_clinic.max_days_ahead then
    return 'too_far';
  elsif p_starts_at <> date_trunc('minute', p_starts_at) or not exists (
    select from public.clinic_open_spans(p_clinic_id, v_day, v_day) o
    where o.opens_at <= p_starts_at and o.closes_at >= p_starts_at + make_interval(mins => v_service.duration_minutes)
  ) then
    return 'outside_hours';
  end if;
  return null;
end $$;

create function public.check_slot(
  p_call public.calls, p_practitioner_id uuid, p_service_id uuid, p_starts_at timestamptz, p_now timestamptz
) returns tstzrange
language plpgsql set search_path = '' as $$
declare
  v_held_at timestamptz;
  v_problem text;
  v_span tstzrange;
begin
  -- Rows that somebody else is deleting are left to them: waiting for them here could close a circle.
  delete from public.slot_holds h
  where h.id in (select x.id from public.slot_holds x where x.expires_at <= p_now for update skip locked);

  -- A caller who was offered the last possible time may have it, though the lead time has begun while it was read back.
  select h.held_at into v_held_at from public.slot_holds h
  where h.call_id = p_call.id and h.practitioner_id = p_practitioner_id and h.service_id = p_service_id
    and h.starts_at = p_starts_at and h.expires_at > p_now;
  v_problem := coalesce(
    public.appointment_slot_problem(p_call.clinic_id, p_practitioner_id, p_service_id, p_starts_at, least(v_held_at, p_now)),
    case when p_starts_at < p_now then 'too_soon' end);
  if v_problem is not null then
    raise exception using errcode = 'PT422', message = 'slot_invalid', detail = v_problem,
      hint = 'Offer a time that find_free_slots returned.';
  end if;

  select tstzrange(p_starts_at, p_starts_at + make_interval(mins => s.duration_minutes + s.buffer_minutes)) into v_span
  from public.services s where s.id = p_service_id;
  if exists (
    select from public.appointments a
    where a.practitioner_id = p_practitioner_id and a.status = 'booked' and a.blocked && v_span
  ) or exists (
    select from public.slot_holds h
    where h.practitioner_id = p_practitioner_id and h.call_id <> p_call.id and h.expires_at > p_now and h.during && v_span
  ) then
    raise exception using errcode = 'PT409', message = 'slot_taken', hint = 'Offer another time.';
  end if;
  return v_span;
end $$;
comment on function public.check_slot(public.calls, uuid, uuid, timestamptz, timestamptz) is
  'What a call would block by taking this time; deletes expired holds on the way. Whoever calls it has locked the practitioner, then the call. Raises PT409 slot_taken (booked, or held by another call), PT422 slot_invalid.';

create function public.hold_slot(
  p_call_id uuid, p_epoch int, p_practitioner_id uuid, p_service_id uuid, p_starts_at timestamptz, p_seconds int default 180,
  p_now timestamptz default now()
) returns jsonb
language plpgsql set search_path = '' as $$
declare
  v_now timestamptz := coalesce(p_now, now());
  v_call public.calls;
  v_span tstzrange;
  v_hold public.slot_holds;
begin
  perform from public.practitioners p where p.id = p_practitioner_id for no key update;
  v_call := public.lock_call(p_call_id, p_epoch);
  if v_call.id is null or v_call.ended_at is not null then
    raise exception using errcode = 'PT404', message = 'call_unknown', hint = 'Open the call first.';
  end if;
  v_span := public.check_slot(v_call, p_practitioner_id, p_service_id, p_starts_at, v_now);
  insert into public.slot_holds as h
    (clinic_id, call_id, practitioner_id, service_id, starts_at, during, held_at, expires_at)
  values (
    v_call.clinic_id, v_call.id, p_practitioner_id, p_service_id, p_starts_at, v_span, v_now,
    v_now + make_interval(secs => least(greatest(coalesce(p_seconds, 180), 1), 600)))
  on conflict (call_id, practitioner_id, service_id, starts_at) do update set
    during = excluded.during, expires_at = greatest(h.expires_at, excluded.expires_at)
  returning * into v_hold;
  delete from public.slot_holds h where h.id in (
    select x.id from public.slot_holds x where x.call_id = v_call.id and x.id <> v_hold.id
    order by x.expires_at desc, x.id offset 2);
  return jsonb_build_object('hold_id', v_hold.id, 'expires_at', v_hold.expires_at);
end $$;
comment on function public.hold_slot(uuid, int, uuid, uuid, timestamptz, int, timestamptz) is
  'Keeps a time for a call, for 1 to 600 seconds: {hold_id, expires_at}. Held again it is the same hold, longer. A call holds three: of the others the one that expires first goes. Raises PT409 slot_taken or call_taken_over; PT422 slot_invalid (detail as in appointment_slot_problem); PT404 call_unknown, for an ended call too.';

create function public.check_request_id(p_request_id text) returns void
language plpgsql immutable set search_path = '' as $$
begin
  if p_request_id is null or length(p_request_id) not between 1 and 200 then
    raise exception using errcode = 'PT422', message = 'request_invalid', hint = 'Give each request of a call an id of its own.';
  end if;
end $$;
comment on function public.check_request_id(text) is 'Raises PT422 request_invalid for an id that cannot make a request idempotent.';

create function public.appointment_of_request(p_call_id uuid, p_epoch int, p_request_id text, p_moved_from uuid, p_action text)
returns public.appointments
language plpgsql set search_path = '' as $$
declare
  v_found public.appointments;
begin
  perform public.check_request_id(p_request_id);
  select a.* into v_found from public.appointments a where a.call_id = p_call_id and a.request_id = p_request_id;
  if found then
    perform public.require_patient(p_call_id, p_epoch, v_found.patient_id, p_action);
    if v_found.moved_from is distinct from p_moved_from then
      raise exception using errcode = 'PT422', message = 'request_invalid', hint = 'This id was given to another request.';
    end if;
  end if;
  return v_found;
end $$;
comment on function public.appointment_of_request(uuid, int, text, uuid, text) is
  'What a request of this call has made before; all null when it has made nothing. Raises PT403 patient_not_verified; PT422 request_invalid, also when that was something else.';

create function public.place_appointment(
  p_call public.calls, p_request_id text, p_patient_id uuid, p_practitioner_id uuid, p_service_id uuid, p_starts_at timestamptz,
  p_moved_from uuid, p_now timestamptz
) returns uuid
language plpgsql set search_path = '' as $$
declare
  v_span tstzrange := public.check_slot(p_call, p_practitioner_id, p_service_id, p_starts_at, p_now);
  v_id uuid;
begin
  insert into public.appointments (
    clinic_id, patient_id, practitioner_id, service_id, starts_at, ends_at, buffer_minutes, call_id, request_id, moved_from)
  select p_call.clinic_id, p_patient_id, p_practitioner_id, s.id, p_starts_at,
    p_starts_at + make_interval(mins => s.duration_minutes), s.buffer_minutes, p_call.id, p_request_id, p_moved_from
  from public.services s where s.id = p_service_id
  returning id into v_id;
  delete from public.slot_holds h
  where h.call_id = p_call.id and h.practitioner_id = p_practitioner_id and h.during && v_span;
  return v_id;
exception
  -- The lock orders those who take it; an insert by hand does not.
  when exclusion_violation then
    raise exception using errcode = 'PT409', message = 'slot_taken', hint = 'Offer another time.';
end $$;
comment on function public.place_appointment(public.calls, text, uuid, uuid, uuid, timestamptz, uuid, timestamptz) is
  'Books for a patient whom the caller of this function has checked, uses up the call''s hold, and returns the appointment''s id. Locks and errors as in check_slot.';

create function public.book_for_patient(
  p_call_id uuid, p_epoch int, p_request_id text, p_patient_id uuid, p_practitioner_id uuid, p_service_id uuid,
  p_starts_at timestamptz, p_now timestamptz default now()
) returns jsonb
language plpgsql set search_path = '' as $$
declare
  v_call public.calls;
  v_id uuid;
begin
  perform from public.practitioners p where p.id = p_practitioner_id for no key update;
  v_call := public.lock_call(p_call_id, p_epoch);
  perform public.require_patient(p_call_id, p_epoch, p_patient_id, 'book_appointment');
  v_id := (public.appointment_of_request(p_call_id, p_epoch, p_request_id, null, 'book_appointment')).id;
  if v_id is not null then
    return public.appointment_receipt(v_id, false);
  end if;
  v_id := public.place_appointment(
    v_call, p_request_id, p_patient_id, p_practitioner_id, p_service_id, p_starts_at, null, coalesce(p_now, now()));
  perform public.log_access(p_call_id, p_patient_id, 'book_appointment', 'appointments', v_id);
  return public.appointment_receipt(v_id, true);
end $$;
comment on function public.book_for_patient(uuid, int, text, uuid, uuid, uuid, timestamptz, timestamptz) is
  'Books for a patient this call has verified, and returns the receipt; a time the call holds is used up. Idempotent by call and request: asked again it gives the first answer with created false. Raises PT403 patient_not_verified; PT409 slot_taken or call_taken_over; PT422 slot_invalid, request_invalid.';

create function public.patient_appointments(p_call_id uuid, p_epoch int, p_patient_id uuid, p_now timestamptz default now())
returns jsonb
language plpgsql set search_path = '' as $$
declare
  v_ids uuid[];
begin
  perform public.require_patient(p_call_id, p_epoch, p_patient_id, 'list_appointments');
  select array_agg(a.id order by a.starts_at, a.id) into v_ids from public.appointments a
  where a.patient_id = p_patient_id and a.status = 'booked' and a.starts_at > coalesce(p_now, now());
  perform public.log_access(p_call_id, p_patient_id, 'list_appointments', 'appointments', r.id) from unnest(v_ids) r(id);
  return (
    select coalesce(jsonb_agg(public.appointment_receipt(r.id, false) order by r.n), '[]')
    from unnest(v_ids) with ordinality r(id, n));
end $$;
comment on function public.patient_appointments(uuid, int, uuid, timestamptz) is
  'The receipts of a verified patient''s appointments that are still to come, earliest first. Raises PT403 patient_not_verified, PT409 call_taken_over.';

create function public.lock_appointment(
  p_call_id uuid, p_epoch int, p_appointment_id uuid, p_practitioner_id uuid, p_action text
) returns public.appointments
language plpgsql set search_path = '' as $$
declare
  v_found public.appointments;
begin
  select a.* into v_found from public.appointments a where a.id = p_appointment_id;
  perform from public.practitioners p where p.id in (v_found.practitioner_id, p_practitioner_id) order by p.id for no key update;
  perform public.lock_call(p_call_id, p_epoch);
  -- No such appointment is a patient who is not verified: one answer for both.
  perform public.require_patient(p_call_id, p_epoch, v_found.patient_id, p_action);
  select a.* into v_found from public.appointments a where a.id = p_appointment_id for update;
  return v_found;
end $$;
comment on function public.lock_appointment(uuid, int, uuid, uuid, text) is
  'An appointment of a patient this call has verified, as it is once its practitioner, p_practitioner_id and the call are locked. Raises PT403 patient_not_verified, also where there is none; PT409 call_taken_over.';

create function public.appointment_change_problem(p_appointment public.appointments, p_now timestamptz) returns text
language sql stable set search_path = '' as $$
  select case
    when p_appointment.status = 'cancelled' and exists (
      select from public.appointments a where a.moved_from = p_appointment.id) then 'appointment_moved'
    when p_appointment.status = 'cancelled' then 'appointment_cancelled'
    when p_appointment.starts_at <= p_now then 'appointment_past' end
$$;
comment on function public.appointment_change_problem(public.appointments, timestamptz) is
  'Why an appointment cannot be changed: appointment_moved, appointment_cancelled, appointment_past; null when it can.';

create function public.raise_change_problem(p_problem text) returns void
language plpgsql immutable set search_path = '' as $$
begin
  if p_problem is not null then
    raise exception using errcode = case p_problem when 'appointment_past' then 'PT422' else 'PT409' end, message = p_problem,
      hint = 'Ask for the patient''s appointments again.';
  end if;
end $$;
comment on function public.raise_change_problem(text) is
  'Raises what appointment_change_problem found: PT422 appointment_past, PT409 appointment_moved or appointment_cancelled.';

create function public.reschedule_appointment(
  p_call_id uuid, p_epoch int, p_request_id text, p_appointment_id uuid, p_practitioner_id uuid, p_starts_at timestamptz,
  p_now timestamptz default now()
) returns jsonb
language plpgsql set search_path = '' as $$
declare
  v_now timestamptz := coalesce(p_now, now());
  v_old public.appointments := public.lock_appointment(
    p_call_id, p_epoch, p_appointment_id, p_practitioner_id, 'reschedule_appointment');
  v_id uuid := (public.appointment_of_request(p_call_id, p_epoch, p_request_id, p_appointment_id, 'reschedule_appointment')).id;
  v_created boolean := v_id is null;
begin
  if v_created then
    perform public.raise_change_problem(public.appointment_change_problem(v_old, v_now));
    update public.appointments set status = 'cancelled', cancelled_at = v_now, cancelled_by_call = p_call_id where id = v_old.id;
    v_id := public.place_appointment(
      public.lock_call(p_call_id, p_epoch), p_request_id, v_old.patient_id, coalesce(p_practitioner_id, v_old.practitioner_id),
      v_old.service_id, p_starts_at, v_old.id, v_now);
    perform public.log_access(p_call_id, v_old.patient_id, 'reschedule_appointment', 'appointments', r.id)
    from unnest(array[v_old.id, v_id]) r(id);
  end if;
  return public.appointment_receipt(v_id, v_created) || jsonb_build_object('moved_from', p_appointment_id);
end $$;
comment on function public.reschedule_appointment(uuid, int, text, uuid, uuid, timestamptz, timestamptz) is
  'Cancels an appointment and books the same service at another time in its place, or does neither: the new one''s receipt, and moved_from. No practitioner means the same one. The new time may overlap the old one. Idempotent by call and request. Raises PT403 patient_not_verified, also where there is no such appointment; PT409 slot_taken, appointment_cancelled, appointment_moved or call_taken_over; PT422 slot_invalid, appointment_past, request_invalid.';

create function public.cancel_appointment(
  p_call_id uuid, p_epoch int, p_request_id text, p_appointment_id uuid, p_now timestamptz default now()
) returns jsonb
language plpgsql set search_path = '' as $$
declare
  v_now timestamptz := coalesce(p_now, now());
  v_found public.appointments := public.lock_appointment(p_call_id, p_epoch, p_appointment_id, null, 'cancel_appointment');
  v_problem text := public.appointment_change_problem(v_found, v_now);
begin
  perform public.check_request_id(p_request_id);
  if v_problem = 'appointment_cancelled' then
    return public.appointment_receipt(v_found.id, false);
  end if;
  perform public.raise_change_problem(v_problem);
  update public.appointments set status = 'cancelled', cancelled_at = v_now, cancelled_by_call = p_call_id where id = v_found.id;
  perform public.log_access(p_call_id, v_found.patient_id, 'cancel_appointment', 'appointments', v_found.id);
  return public.appointment_receipt(v_found.id, true);
end $$;
comment on function public.cancel_appointment(uuid, int, text, uuid, timestamptz) is
  'Cancels, and returns the receipt with status cancelled. What is cancelled already stays so, whoever did it: the receipt with created false. One that was moved is refused, because its successor stands. Raises PT403 patient_not_verified, also where there is no such appointment; PT409 appointment_moved or call_taken_over; PT422 appointment_past, request_invalid.';

create function public.join_waiting_list(
  p_call_id uuid, p_epoch int, p_request_id text, p_patient_id uuid, p_service_id uuid, p_practitioner_id uuid, p_from date, p_to date,
  p_part_of_day text, p_now timestamptz default now()
) returns jsonb
language plpgsql set search_path = '' as $$
declare
  v_call public.calls := public.lock_call(p_call_id, p_epoch);
  v_known public.waiting_list;
  v_clinic public.clinics;
  v_today date;
  v_from date;
  v_to date;
  v_id uuid;
  v_created boolean;
begin
  perform public.require_patient(p_call_id, p_epoch, p_patient_id, 'join_waiting_list');
  perform public.check_request_id(p_request_id);
  select w.* into v_known from public.waiting_list w where w.call_id = p_call_id and w.request_id = p_request_id;
  if found then
    if v_known.patient_id <> p_patient_id then
      raise exception using errcode = 'PT422', message = 'request_invalid', hint = 'This id was given to another request.';
    end if;
    return jsonb_build_object('waiting_id', v_known.id, 'created', false);
  end if;

  select c.* into v_clinic from public.clinics c where c.id = v_call.clinic_id;
  v_today := (coalesce(p_now, now()) at time zone v_clinic.time_zone)::date;
  v_from := greatest(p_from, v_today);
  v_to := coalesce(p_to, greatest(v_from, v_today + v_clinic.max_days_ahead));
  if v_to < v_from or v_from > v_today + 730 or v_to > v_today + 730 then
    raise exception using errcode = 'PT422', message = 'dates_invalid', hint = 'Give days from today on, the first before the last.';
  elsif coalesce(p_part_of_day, 'any') not in ('any', 'morning', 'afternoon', 'evening') then
    raise exception using errcode = 'PT422', message = 'part_of_day_invalid', hint = 'Give any, morning, afternoon or evening.';
  elsif not exists (
    select from public.practitioner_services ps
    join public.practitioners p on p.id = ps.practitioner_id and p.clinic_id = v_call.clinic_id and p.active
    join public.services s on s.id = ps.service_id and s.clinic_id = v_call.clinic_id and s.active
    where s.id = p_service_id and (p_practitioner_id is null or p.id = p_practitioner_id)
  ) then
    raise exception using errcode = 'PT422', message = 'slot_invalid', detail = 'not_offered',
      hint = 'Give a service of the clinic, and somebody who offers it or nobody.';
  end if;

  insert into public.waiting_list as w
    (clinic_id, patient_id, service_id, practitioner_id, from_date, to_date, part_of_day, call_id, request_id)
  values (
    v_call.clinic_id, p_patient_id, p_service_id, p_practitioner_id, v_from, v_to, coalesce(p_part_of_day, 'any'), p_call_id,
    p_request_id)
  on conflict (patient_id, service_id, practitioner_id, from_date, to_date, part_of_day) where (status = 'open')
  do update set call_id = excluded.call_id, request_id = excluded.request_id
  -- Only a row that was there before has been locked by somebody.
  returning w.id, w.xmax = 0 into v_id, v_created;
  perform public.log_access(p_call_id, p_patient_id, 'join_waiting_list', 'waiting_list', v_id);
  return jsonb_build_object('waiting_id', v_id, 'created', v_created);
end $$;
comment on function public.join_waiting_list(uuid, int, text, uuid, uuid, uuid, date, date, text, timestamptz) is
  'Puts a verified patient on the waiting list: {waiting_id, created}. No practitioner means any, no first day today, no last day max_days_ahead; a first day that is past is today. The same wish is one entry while it is open, and idempotent by call and request. Raises PT403 patient_not_verified; PT409 call_taken_over; PT422 slot_invalid (not_offered), dates_invalid (also beyond 730 days), part_of_day_invalid, request_invalid.';

create or replace function public.clinic_profile(p_clinic_id uuid) returns jsonb
language sql stable set search_path = '' as $$
  select jsonb_build_object(
    'id', c.id, 'slug', c.slug, 'name', c.name, 'time_zone', c.time_zone, 'language', c.language, 'country', c.country,
    'staff_number', c.staff_number, 'agent_name', c.agent_name, 'greeting', c.greeting, 'emergency_line', c.emergency_line,
    'lead_time_minutes', c.lead_time_minutes, 'slot_step_minutes', c.slot_step_minutes, 'max_days_ahead', c.max_days_ahead,
    'numbers', (
      select coalesce(jsonb_agg(n.number order by n.number), '[]')
      from public.clinic_numbers n where n.clinic_id = c.id),
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
        'buffer_minutes', s.buffer_minutes, 'lead_time_minutes', s.lead_time_minutes, 'aliases', s.aliases, 'price', s.price
      ) order by s.slug), '[]')
      from public.services s where s.clinic_id = c.id and s.active),
    'answers', (
      select coalesce(jsonb_agg(jsonb_build_object(
        'question', a.question, 'answer', a.answer, 'keywords', a.keywords
      ) order by a.question), '[]')
      from public.clinic_answers a where a.clinic_id = c.id))
  from public.clinics c where c.id = p_clinic_id
$$;
alter table public.slot_holds enable row level security;
alter table public.waiting_list enable row level security;
create policy own_clinic on public.slot_holds for select to authenticated
  using (clinic_id = (select public.auth_clinic_id()));
create policy own_clinic on public.waiting_list for select to authenticated
  using (clinic_id = (select public.auth_clinic_id()));
revoke all on public.slot_holds, public.waiting_list from public, anon, authenticated;
grant select on public.slot_holds, public.waiting_list to authenticated;
grant all on public.slot_holds, public.waiting_list to service_role;

revoke execute on function public.release_slot_holds(),
  public.find_free_slots(uuid, uuid, timestamptz, timestamptz, uuid, timestamptz, int, uuid),
  public.check_slot(public.calls, uuid, uuid, timestamptz, timestamptz),
  public.hold_slot(uuid, int, uuid, uuid, timestamptz, int, timestamptz),
  public.check_request_id(text),
  public.appointment_of_request(uuid, int, text, uuid, text),
  public.place_appointment(public.calls, text, uuid, uuid, uuid, timestamptz, uuid, timestamptz),
  public.book_for_patient(uuid, int, text, uuid, uuid, uuid, timestamptz, timestamptz),
  public.patient_appointments(uuid, int, uuid, timestamptz),
  public.lock_appointment(uuid, int, uuid, uuid, text),
  public.appointment_change_problem(public.appointments, timestamptz),
  public.raise_change_problem(text),
  public.reschedule_appointment(uuid, int, text, uuid, uuid, timestamptz, timestamptz),
  public.cancel_appointment(uuid, int, text, uuid, timestamptz),
  public.join_waiting_list(uuid, int, text, uuid, uuid, uuid, date, date, text, timestamptz)
  from public, anon, authenticated;
grant execute on function public.release_slot_holds(),
  public.find_free_slots(uuid, uuid, timestamptz, timestamptz, uuid, timestamptz, int, uuid),
  public.check_slot(public.calls, uuid, uuid, timestamptz, timestamptz),
  public.hold_slot(uuid, int, uuid, uuid, timestamptz, int, timestamptz),
  public.check_request_id(text),
  public.appointment_of_request(uuid, int, text, uuid, text),
  public.place_appointment(public.calls, text, uuid, uuid, uuid, timestamptz, uuid, timestamptz),
  public.book_for_patient(uuid, int, text, uuid, uuid, uuid, timestamptz, timestamptz),
  public.patient_appointments(uuid, int, uuid, timestamptz),
  public.lock_appointment(uuid, int, uuid, uuid, text),
  public.appointment_change_problem(public.appointments, timestamptz),
  public.raise_change_problem(text),
  public.reschedule_appointment(uuid, int, text, uuid, uuid, timestamptz, timestamptz),
  public.cancel_appointment(uuid, int, text, uuid, timestamptz),
  public.join_waiting_list(uuid, int, text, uuid, uuid, uuid, date, date, text, timestamptz)
  to service_role;

create or replace function public.schema_version() returns text
language sql immutable set search_path = '' as $$ select '20261122090100' $$;

notify pgrst, 'reload schema';
