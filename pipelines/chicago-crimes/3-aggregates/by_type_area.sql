/*---
mode: replace
doc: Incidents without arrest by crime type, police district and community area.
columns:
  crime_type: { type: string, doc: Crime type with the several names of one crime joined. }
  district: { type: string, doc: Police district. }
  community_area: { type: int, doc: Community area; 0 is unknown. }
  incidents: { type: long, doc: Incidents without arrest. }
---*/
select
  crime_type,
  district,
  community_area,
  cast(count(*) as bigint) as incidents
from processed.crimes_without_arrest
group by crime_type, district, community_area
order by crime_type asc nulls last, district asc nulls last, community_area asc nulls last
