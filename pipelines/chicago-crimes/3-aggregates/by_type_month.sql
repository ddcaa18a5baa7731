/*---
mode: replace
doc: Incidents without arrest by crime type and month.
columns:
  crime_type: { type: string, doc: Crime type with the several names of one crime joined. }
  month: { type: date, doc: First day of the month of the incident. }
  incidents: { type: long, doc: Incidents without arrest. }
---*/
select
  crime_type,
  cast(date_trunc('month', date) as date) as month,
  cast(count(*) as bigint) as incidents
from processed.crimes_without_arrest
group by crime_type, cast(date_trunc('month', date) as date)
order by crime_type asc nulls last, month asc nulls last
