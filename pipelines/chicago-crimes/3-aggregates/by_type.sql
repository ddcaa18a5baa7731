/*---
mode: replace
doc: Incidents without arrest by crime type.
columns:
  crime_type: { type: string, doc: Crime type with the several names of one crime joined. }
  incidents: { type: long, doc: Incidents without arrest. }
  share: { type: double, doc: 'Part of all incidents without arrest, 0 to 1.' }
  first_date: { type: timestamp, doc: Earliest incident. }
  last_date: { type: timestamp, doc: Latest incident. }
---*/
select
  crime_type,
  cast(count(*) as bigint) as incidents,
  cast(count(*) as double) / nullif(cast(sum(count(*)) over () as double), 0) as share,
  min(date) as first_date,
  max(date) as last_date
from processed.crimes_without_arrest
group by crime_type
order by incidents desc, crime_type asc nulls last
