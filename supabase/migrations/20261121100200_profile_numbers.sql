-- A waiting process knows which clinic a dialled number belongs to, and greets before the database has answered.

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

create or replace function public.schema_version() returns text
language sql immutable set search_path = '' as $$ select '20261121100200' $$;

notify pgrst, 'reload schema';
