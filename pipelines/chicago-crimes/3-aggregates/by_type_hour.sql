/*---
mode: replace
doc: Incidents without arrest by crime type, weekday and hour of the day.
columns:
  crime_type: { type: string, doc: Crime type with the several names of one crime joined. }
  weekday: { type: int, doc: '1 is Monday, 7 is Sunday (ISO 8601).' }
  hour: { type: int, doc: 'Hour of the day, 0 to 23.' }
  incidents: { type: long, doc: Incidents without arrest. }
---*/
-- Engines disagree about the day of the week, so it is worked out from the calendar date (Zeller's congruence).
select
  crime_type,
  weekday,
  hour,
  cast(count(*) as bigint) as incidents
from (
  select
    crime_type,
    hour,
    cast(mod(cast(d + y + floor(y / 4) - floor(y / 100) + floor(y / 400) + floor(31 * m / 12) + 6 as bigint), 7) as int) + 1 as weekday
  from (
    select
      crime_type,
      cast(extract(hour from date) as int) as hour,
      cast(extract(day from date) as double) as d,
      cast(extract(year from date) as double) - case when extract(month from date) < 3 then 1 else 0 end as y,
      cast(extract(month from date) as double) - case when extract(month from date) < 3 then -10 else 2 end as m
    from processed.crimes_without_arrest
  ) calendar
) placed
group by crime_type, weekday, hour
order by crime_type asc nulls last, weekday asc nulls last, hour asc nulls last
